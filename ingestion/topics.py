"""The three topics: partitions, retention and log-append time, made by kafka-python's admin client."""

from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.structs import TopicPartition

from contracts.events import CATALOG, INVENTORY, SALES
from contracts.kafka_login import kafka_python
from contracts.settings import Settings


def create_topics(settings: Settings) -> list[str]:
    """Create the topics that are missing; gives their names. What exists is left as it is."""
    admin = KafkaAdminClient(**kafka_python(settings))
    try:
        missing = [topic for topic in _topics(settings) if topic.name not in set(admin.list_topics())]
        if missing:
            admin.create_topics(missing)
        return [topic.name for topic in missing]
    finally:
        admin.close()


def _topics(settings: Settings) -> list[NewTopic]:
    partitions = {
        SALES: settings.kafka_sales_partitions,
        INVENTORY: settings.kafka_inventory_partitions,
        CATALOG: settings.kafka_catalog_partitions,
    }
    # Slowly changing dimensions are built from the whole history, so nothing is compacted.
    options = {
        "cleanup.policy": "delete",
        "retention.ms": str(settings.kafka_retention_ms),
        "retention.bytes": "-1",
        "message.timestamp.type": "LogAppendTime",
    }
    return [
        NewTopic(name=name, num_partitions=count, replication_factor=settings.kafka_replication, topic_configs=options)
        for name, count in partitions.items()
    ]


def event_counts(settings: Settings) -> dict[str, int]:
    """Messages each topic holds, by its offsets."""
    consumer = KafkaConsumer(**kafka_python(settings))
    try:
        return {topic: _held(consumer, topic) for topic in (SALES, INVENTORY, CATALOG)}
    finally:
        consumer.close()


def _held(consumer: KafkaConsumer, topic: str) -> int:
    partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    if not partitions:
        return 0
    first, end = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    return sum(end[partition] - first[partition] for partition in partitions)
