"""A range of one Kafka partition as Arrow batches, read by a plain consumer."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pyarrow as pa
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from contracts.problems import Problem
from spark_jobs.batch_progress import Span
from spark_jobs.kafka_source import lane_of

BATCH, PATIENCE_S = 10_000, 30
_SCHEMA = pa.schema(
    [
        pa.field("lane", pa.int32()),
        pa.field("offset", pa.int64()),
        pa.field("timestamp", pa.timestamp("us", "UTC")),
        pa.field("payload", pa.binary()),
    ]
)


def read_span(consumer: Consumer, span: Span, tell: Callable[[int], None]) -> Iterator[pa.RecordBatch]:
    """The span's messages as `spark_jobs.kafka_source` gives them; `tell` hears the offset after each batch.

    Raises KafkaException, and Problem if nothing comes for half a minute.
    """
    consumer.assign([TopicPartition(span.topic, span.partition, span.from_offset)])
    reached = span.from_offset
    while reached < span.to_offset:
        messages = consumer.consume(min(BATCH, span.to_offset - reached), timeout=PATIENCE_S)
        if not messages:
            raise Problem(f"Kafka gives nothing of {span.topic}, partition {span.partition}, from {reached} on.")
        for message in messages:
            if message.error():
                raise KafkaException(message.error())
        reached = messages[-1].offset() + 1
        yield _batch(span, [message for message in messages if message.offset() < span.to_offset])
        tell(min(reached, span.to_offset))


def _batch(span: Span, messages: list[Message]) -> pa.RecordBatch:
    lane = lane_of(span.topic, span.partition)
    return pa.RecordBatch.from_arrays(
        [
            pa.array([lane] * len(messages), pa.int32()),
            pa.array([message.offset() for message in messages], pa.int64()),
            pa.array([_arrived(message) for message in messages], pa.timestamp("us", "UTC")),
            pa.array([message.value() or b"" for message in messages], pa.binary()),
        ],
        schema=_SCHEMA,
    )


def _arrived(message: Message) -> datetime:
    _, milliseconds = message.timestamp()
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
