"""A real Kafka broker on a laptop: KRaft, one node, started from the Maven archives."""
