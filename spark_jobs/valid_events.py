"""Messages judged by the contract, in Spark: the valid ones as typed columns.

The verdict is `contracts.verdict`'s, so a stream takes exactly the events that are not in `raw.quarantine` for a broken
rule. What only history can tell (an id that came before with another content, a line sent under two ids) is not judged
here.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import from_arrow_schema

from contracts.verdict import BrokenRuleError, read_event
from warehouse.raw_tables import fields

_INSTANT = pa.timestamp("us", "UTC")
_PLACE = (
    pa.field("_topic", pa.string()),
    pa.field("_partition", pa.int32()),
    pa.field("_offset", pa.int64()),
    pa.field("_kafka_timestamp", _INSTANT),
)
_ARROW_TYPES = {
    "LowCardinality(String)": pa.string(),
    "String": pa.string(),
    "Int32": pa.int32(),
    "Bool": pa.bool_(),
    "Date32": pa.date32(),
    "DateTime64(3, 'UTC')": _INSTANT,
    "Decimal(18, 3)": pa.decimal128(18, 3),
    "Decimal(18, 4)": pa.decimal128(18, 4),
    "Decimal(18, 8)": pa.decimal128(18, 8),
}


def valid_events(messages: DataFrame, topics: Sequence[str]) -> DataFrame:
    """The valid events among messages of `read_topics`: their place in Kafka and every field of the topics' events.

    Columns `_topic, _partition, _offset, _kafka_timestamp`, then the fields by name, null where an event has none.
    """
    schema = event_schema(topics)
    wanted = messages.select("topic", "partition", "offset", "timestamp", "value")
    return wanted.mapInArrow(_judge(schema), from_arrow_schema(schema))


def event_schema(topics: Sequence[str]) -> pa.Schema:
    """Columns of `valid_events`."""
    kinds = {name: kind for topic in topics for name, kind in fields(topic).items()}
    return pa.schema([*_PLACE, *(pa.field(name, _ARROW_TYPES[kind.sql_type]) for name, kind in kinds.items())])


def _judge(schema: pa.Schema) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield typed(batch, schema)

    return judge


def typed(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The valid events of a batch of `topic, partition, offset, timestamp, value`."""
    rows = [
        row for message in zip(*(column.to_pylist() for column in batch.columns), strict=True) for row in _row(*message)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def _row(
    topic: str, partition: int, offset: int, timestamp: datetime, value: bytes | None
) -> Iterator[dict[str, object]]:
    try:
        event = read_event(topic, value or b"")
    except BrokenRuleError:
        return
    place = {"_topic": topic, "_partition": partition, "_offset": offset, "_kafka_timestamp": timestamp}
    yield place | dict(event)
