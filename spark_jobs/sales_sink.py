"""What the live sales write: windows and late events. A batch written again changes nothing."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import orjson
import pyarrow as pa
from clickhouse_connect.driver.client import Client

from contracts.tables import REALTIME_LATE_EVENTS, REALTIME_SALES_METRICS
from spark_jobs.sales_lines import Line
from spark_jobs.sales_sums import MINUTE_MS, WindowRow, minute_of

_INSTANT = pa.timestamp("ms", "UTC")
_MONEY, _UNITS = pa.decimal128(18, 4), pa.decimal128(18, 3)


class Written(NamedTuple):
    """What wrote a row: of one computation the later batch counts."""

    computation: str
    batch: int
    written_at: datetime

    def columns(self, rows: int) -> dict[str, pa.Array]:
        """The same on every row."""
        return {
            "computation": pa.repeat(pa.scalar(self.computation), rows),
            "batch": pa.repeat(pa.scalar(self.batch, pa.int64()), rows),
            "written_at": pa.repeat(pa.scalar(self.written_at, _INSTANT), rows),
        }


def write_sales(client: Client, taken: pa.Table, written: Written) -> None:
    """Insert what the operator gave (`sales_windows.TAKEN`). Raises ClickHouseError."""
    _insert(client, REALTIME_SALES_METRICS, metrics_table(taken, written))
    _insert(client, REALTIME_LATE_EVENTS, late_table(taken, written))


def metrics_table(taken: pa.Table, written: Written) -> pa.Table:
    """Rows of `realtime_sales_metrics`."""
    rows = [
        (source, store, WindowRow._make(values))
        for source, store, windows in _stores(taken, "windows")
        for values in windows
    ]
    found = [row for _, _, row in rows]
    return pa.table(
        {
            "source": _words(source for source, _, _ in rows),
            "store_id": _words(store for _, store, _ in rows),
            **{
                name: _words(getattr(row, name) for row in found)
                for name in ("grain", "category", "channel", "currency")
            },
            "window_minutes": pa.array((row.window_minutes for row in found), pa.int32()),
            "slide_minutes": pa.array((row.slide_minutes for row in found), pa.int32()),
            "window_start": pa.array((row.window_start for row in found), pa.int64()).cast(_INSTANT),
            "window_end": pa.array((_end(row) for row in found), pa.int64()).cast(_INSTANT),
            "revenue": _decimals((row.revenue for row in found), _MONEY),
            "sales_amount": _decimals((row.sales_amount for row in found), _MONEY),
            "units": _decimals((row.units for row in found), _UNITS),
            **{name: pa.array((getattr(row, name) for row in found), pa.int64()) for name in _COUNTS},
            **written.columns(len(rows)),
        }
    )


_COUNTS = ("tickets", "events", "sale_lines", "return_lines", "unreferenced_returns")


def late_table(taken: pa.Table, written: Written) -> pa.Table:
    """Rows of `realtime_late_events`."""
    rows = [(source, store, Line._make(values)) for source, store, late in _stores(taken, "late") for values in late]
    found = [line for _, _, line in rows]
    return pa.table(
        {
            "source": _words(source for source, _, _ in rows),
            "event_id": _words(line.event_id for line in found),
            "event_type": _words(line.event_type for line in found),
            "store_id": _words(store for _, store, _ in rows),
            **{name: _words(getattr(line, name) for line in found) for name in ("category", "channel", "currency")},
            "event_at": pa.array((line.at for line in found), pa.int64()).cast(_INSTANT),
            "sent_at": pa.array((line.kafka_at for line in found), pa.int64()).cast(_INSTANT),
            "window_start": pa.array((minute_of(line.at) * MINUTE_MS for line in found), pa.int64()).cast(_INSTANT),
            "net_amount": _decimals((line.net if line.is_merchandise else 0 for line in found), _MONEY),
            **written.columns(len(rows)),
        }
    )


def _stores(taken: pa.Table, column: str) -> Iterable[tuple[str, str, list]]:
    columns = (taken.column(name).to_pylist() for name in ("source", "store_id", column))
    return ((source, store, orjson.loads(values)) for source, store, values in zip(*columns, strict=True))


def _end(row: WindowRow) -> int:
    return row.window_start + row.window_minutes * MINUTE_MS


def _words(values: Iterable[str]) -> pa.Array:
    return pa.array(values, pa.string())


def _decimals(values: Iterable[int], kind: pa.Decimal128Type) -> pa.Array:
    return pa.array((Decimal(value).scaleb(-kind.scale) for value in values), kind)


def _insert(client: Client, table: str, rows: pa.Table) -> None:
    if rows.num_rows:
        client.insert_arrow(table, rows)
