"""Messages judged by the contract, in Spark: the valid ones as typed columns.

The verdict is the contract's, so a stream takes exactly the events that are not in `raw.quarantine` for a broken rule.
What only history can tell (an id that came before with another content, a line sent under two ids) is not judged here.
"""

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import from_arrow_schema

from contracts.quick_verdict import read_valid
from warehouse.raw_tables import fields

MESSAGE_COLUMNS = ("topic", "partition", "offset", "timestamp", "value")
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


def valid_events(messages: DataFrame, topics: Sequence[str], columns: Sequence[str] = ()) -> DataFrame:
    """The valid events among messages of `read_topics`: their place in Kafka and fields of the topics' events.

    Columns `_topic, _partition, _offset, _kafka_timestamp`, then all fields by name, or those in `columns` (each costs
    a share of the rate); null where an event has none.
    """
    schema = event_schema(topics, columns)
    return messages.select(*MESSAGE_COLUMNS).mapInArrow(_judge(schema), from_arrow_schema(schema))


def event_schema(topics: Sequence[str], columns: Sequence[str] = ()) -> pa.Schema:
    """Columns of `valid_events`."""
    kinds = {name: kind for topic in topics for name, kind in fields(topic).items()}
    wanted = columns or tuple(kinds)
    return pa.schema([*_PLACE, *(pa.field(name, _ARROW_TYPES[kinds[name].sql_type]) for name in wanted)])


def _judge(schema: pa.Schema) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield typed(batch, schema)

    return judge


def typed(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The valid events of a batch of `topic, partition, offset, timestamp, value`."""
    names = schema.names[len(_PLACE) :]
    rows = [
        (topic, partition, offset, timestamp, *map(event.get, names))
        for topic, partition, offset, timestamp, value in zip(*_values(batch), strict=True)
        if (event := read_valid(topic, value or b"")) is not None
    ]
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _values(batch: pa.RecordBatch) -> Iterator[list[object]]:
    return (column.to_pylist() for column in batch.select(MESSAGE_COLUMNS).columns)
