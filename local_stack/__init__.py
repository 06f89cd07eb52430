"""The laptop home: ClickHouse over chDB, a Kafka broker, their supervision, the demo."""
