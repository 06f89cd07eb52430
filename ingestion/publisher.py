"""Messages to Kafka, fast and in order per key.

librdkafka sends what kafka-python would take ten times as long for; its idempotent producer neither loses nor doubles a
message within a run, and its partitioner is set to the one Java clients use.
"""

import time
from collections.abc import Iterable

from confluent_kafka import KafkaError, Message, Producer

from contracts.kafka_login import librdkafka
from contracts.problems import Problem
from contracts.settings import Settings

Record = tuple[str, bytes, bytes]

# The waiting is ours: Ctrl-C while confluent-kafka 2.16 waits in flush or poll comes out as SystemError, more often
# than not.
_PAUSE_S = 0.005


class PublishingFailed(Problem):
    """The broker did not take a message."""


class Publisher:
    """Sends (topic, key, value); `flush` returns when the broker holds everything sent."""

    def __init__(self, settings: Settings) -> None:
        self._failure: KafkaError | None = None
        self._producer = Producer(
            {
                **librdkafka(settings),
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "compression.type": "lz4",
                "linger.ms": 20,
                "batch.size": 1_000_000,
                "queue.buffering.max.messages": 200_000,
                "message.timeout.ms": 60_000,
                "error_cb": self._fail_if_fatal,
                "log_level": 2,
            }
        )

    def send(self, records: Iterable[Record]) -> None:
        """Queue the records; waits while the queue is full. Raises PublishingFailed if an earlier one was refused."""
        for topic, key, value in records:
            self._queue(topic, key, value)
        self._producer.poll(0)
        self._raise_failure()

    def _queue(self, topic: str, key: bytes, value: bytes) -> None:
        while True:
            try:
                self._producer.produce(topic, key=key, value=value, on_delivery=self._delivered)
                return
            except BufferError:
                self._producer.poll(0)
                self._raise_failure()
                time.sleep(_PAUSE_S)

    def flush(self) -> None:
        """Wait until every record is held by the broker. Raises PublishingFailed if one is not."""
        while self._producer.flush(0):
            self._raise_failure()
            time.sleep(_PAUSE_S)
        self._raise_failure()

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        self._failure = self._failure or error

    def _fail_if_fatal(self, error: KafkaError) -> None:
        if error.fatal():
            self._failure = self._failure or error

    def _raise_failure(self) -> None:
        if self._failure is not None:
            unknown = self._failure.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC)
            remedy = "Make the topics with ./retail up." if unknown else "Is the broker up? See ./retail status."
            raise PublishingFailed(f"Kafka did not take a message: {self._failure.str()}.", remedy)
