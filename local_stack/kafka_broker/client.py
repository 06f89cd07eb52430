"""Ask the broker whether it is there."""

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from contracts.settings import Settings


def broker_answers(settings: Settings, seconds: float = 2) -> bool:
    """True if the broker tells its cluster's metadata within the time."""
    admin = AdminClient({"bootstrap.servers": settings.kafka_bootstrap, "log_level": 0})
    try:
        return bool(admin.list_topics(timeout=seconds).brokers)
    except KafkaException:
        return False
