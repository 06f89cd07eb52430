"""The log itself: every message as a plain consumer sees it."""

import time
from collections.abc import Iterable

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from contracts.settings import Settings
from contracts.tables import RAW_TABLES
from ingestion.publisher import Publisher
from ingestion.topics import create_topics
from local_stack.chaos.waiting import wait_until

Row = tuple[str, int, int, bytes]  # topic, partition, offset, payload
_SILENCE_S = 30


def partitions(settings: Settings) -> list[tuple[str, int]]:
    """Every partition of the three topics."""
    topics = _admin(settings).list_topics(timeout=10).topics
    return [(name, number) for name in RAW_TABLES for number in sorted(topics[name].partitions)]


def read_partition(settings: Settings, topic: str, number: int) -> dict[int, bytes]:
    """Payload by offset, a missing one as b''."""
    consumer = Consumer({"bootstrap.servers": settings.kafka_bootstrap, "group.id": "log", "log_level": 0})
    try:
        first, end = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)
        consumer.assign([TopicPartition(topic, number, first)])
        return _consumed(consumer, end - first)
    finally:
        consumer.close()


def _consumed(consumer: Consumer, count: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    heard = time.monotonic()
    while len(found) < count:
        messages = consumer.consume(10_000, timeout=1)
        heard = time.monotonic() if messages else heard
        if time.monotonic() - heard > _SILENCE_S:
            raise KafkaException(f"{count - len(found)} messages of the log do not come.")
        for message in messages:
            if message.error():
                raise KafkaException(message.error())
            found[message.offset()] = message.value() or b""
    return found


def read_log(settings: Settings) -> list[Row]:
    """Every message, in the order of partitions and offsets."""
    return sorted(
        (topic, number, offset, payload)
        for topic, number in partitions(settings)
        for offset, payload in read_partition(settings, topic, number).items()
    )


def empty_topics(settings: Settings) -> None:
    """Forget every message; the next ones begin at offset 0."""
    admin = _admin(settings)
    for deleted in admin.delete_topics([name for name in RAW_TABLES if name in _names(admin)]).values():
        deleted.result()
    wait_until(lambda: not _names(admin) & set(RAW_TABLES), what="the topics to be gone")
    create_topics(settings)
    wait_until(lambda: _names(admin) >= set(RAW_TABLES), what="the topics to be there")


def send(settings: Settings, messages: Iterable[tuple[str, bytes, bytes]]) -> None:
    """Send (topic, key, value) as the simulator does; returns when the broker holds them."""
    publisher = Publisher(settings)
    publisher.send(messages)
    publisher.flush()


def _admin(settings: Settings) -> AdminClient:
    return AdminClient({"bootstrap.servers": settings.kafka_bootstrap, "log_level": 0})


def _names(admin: AdminClient) -> set[str]:
    return set(admin.list_topics(timeout=10).topics)
