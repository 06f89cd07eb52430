"""Messages judged in Arrow batches: typed columns of the valid ones."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from live_lab import NOON, SALE

from contracts.events import CATALOG, INVENTORY, SALES
from spark_jobs.valid_events import event_schema, typed


def _batch(*values: bytes | None) -> pa.RecordBatch:
    rows = [
        {"topic": SALES, "partition": 3, "offset": 7 + n, "timestamp": NOON, "value": value}
        for n, value in enumerate(values)
    ]
    return pa.RecordBatch.from_pylist(rows)


def test_valid_messages_become_typed_rows() -> None:
    """Numbers are Decimals, times instants; a broken message leaves no row, a field nobody sent is null."""
    found = typed(_batch(json.dumps(SALE).encode(), b"{", None), event_schema([SALES]))
    (row,) = found.to_pylist()
    assert (row["_partition"], row["_offset"], row["_kafka_timestamp"]) == (3, 7, NOON)
    assert (row["quantity"], row["unit_price"]) == (Decimal("2.500"), Decimal("1.9990"))
    assert row["event_time"] == datetime(2026, 3, 2, 12, 0, 0, 123000, tzinfo=UTC)
    assert (row["business_date"], row["line_number"], row["customer_id"]) == (date(2026, 3, 2), 1, None)


def test_only_the_columns_asked_for() -> None:
    """Others cost nothing; nothing valid gives an empty batch of the same columns."""
    schema = event_schema([SALES], ["event_id", "quantity"])
    assert schema.names[4:] == ["event_id", "quantity"]
    assert typed(_batch(json.dumps(SALE).encode()), schema).column("event_id").to_pylist() == ["a"]
    assert typed(_batch(b"{"), schema).num_rows == 0


@pytest.mark.parametrize("topics", [[SALES], [INVENTORY], [CATALOG], [SALES, INVENTORY, CATALOG]])
def test_every_field_has_a_type(topics: list[str]) -> None:
    """Of one topic or of all."""
    assert len(event_schema(topics)) > 10
