"""Ask the broker whether it is there."""

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from contracts.kafka_login import librdkafka
from contracts.settings import Settings


def broker_answers(settings: Settings, seconds: float = 2) -> bool:
    """True if the broker tells its cluster's metadata within the time."""
    admin = AdminClient({**librdkafka(settings), "log_level": 0})
    try:
        return bool(admin.list_topics(timeout=seconds).brokers)
    except KafkaException:
        return False
