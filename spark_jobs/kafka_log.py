"""What Kafka holds, asked before Spark starts, so that a broker that is down is a sentence and not a trace."""

from collections.abc import Iterable

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from contracts.kafka_login import librdkafka
from contracts.problems import Problem
from contracts.settings import Settings
from contracts.tables import RAW_TABLES

TIMEOUT_S = 10

Bounds = dict[str, dict[int, tuple[int, int]]]


def bounds(settings: Settings) -> Bounds:
    """First offset and the one after the last, by topic and partition. Raises Problem."""
    consumer = Consumer({**librdkafka(settings), "group.id": "landing", "log_level": 0})
    try:
        return {topic: _of_topic(consumer, topic) for topic in RAW_TABLES}
    except KafkaException as error:
        raise unreachable(settings, error.args[0].str()) from error
    finally:
        consumer.close()


class Ends:
    """Asks again and again how far topics reach, over one connection."""

    def __init__(self, settings: Settings) -> None:
        self._admin = AdminClient({**librdkafka(settings), "log_level": 0})
        self._partitions: dict[str, list[TopicPartition]] = {}

    def of(self, topics: Iterable[str]) -> dict[tuple[str, int], int]:
        """The offset after the last one, by topic and partition. Raises KafkaException."""
        wanted = {place: OffsetSpec.latest() for topic in topics for place in self._places(topic)}
        found = self._admin.list_offsets(wanted, request_timeout=TIMEOUT_S)
        return {(place.topic, place.partition): answer.result().offset for place, answer in found.items()}

    def _places(self, topic: str) -> list[TopicPartition]:
        if topic not in self._partitions:
            numbers = self._admin.list_topics(topic, timeout=TIMEOUT_S).topics[topic].partitions
            self._partitions[topic] = [TopicPartition(topic, number) for number in sorted(numbers)]
        return self._partitions[topic]


def unreachable(settings: Settings, reason: str) -> Problem:
    """The explanation of a broker that does not answer."""
    return Problem(
        f"Kafka at {settings.kafka_bootstrap} does not answer ({reason}).",
        "Start it with ./retail up, or correct KAFKA_HOST and KAFKA_PORT.",
    )


def _of_topic(consumer: Consumer, topic: str) -> dict[int, tuple[int, int]]:
    partitions = consumer.list_topics(topic, timeout=TIMEOUT_S).topics[topic].partitions
    if not partitions:
        raise Problem(f"Kafka has no topic {topic}.", "Create the topics with ./retail up.")
    return {
        number: consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=TIMEOUT_S)
        for number in sorted(partitions)
    }
