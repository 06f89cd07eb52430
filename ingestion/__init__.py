"""1 Make events: simulate a retailer, replay one's own files, publish to Kafka."""
