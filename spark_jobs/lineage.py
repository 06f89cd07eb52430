"""What each stream reads and writes, for OpenLineage: the engine behind our sinks is nothing a listener could see."""

from collections.abc import Iterable
from contextlib import AbstractContextManager

from contracts.events import INVENTORY, SALES
from contracts.lineage import tables, told, topics
from contracts.settings import Settings
from contracts.tables import (
    RAW_TABLES,
    REALTIME_INVENTORY_ALERTS,
    REALTIME_LATE_EVENTS,
    REALTIME_SALES_ANOMALIES,
    REALTIME_SALES_METRICS,
    REALTIME_STOCK,
    STOCK_DRIFT,
)
from spark_jobs.anomaly_watch import NEEDS

# By stream: topics, tables that are read, tables that are written.
STREAMS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "landing": (tuple(RAW_TABLES), (), tuple(RAW_TABLES.values())),
    "sales": ((SALES,), NEEDS, (REALTIME_SALES_METRICS, REALTIME_LATE_EVENTS, REALTIME_SALES_ANOMALIES)),
    "inventory": (
        (SALES, INVENTORY),
        ("intermediate.int_stock_pairs_tracked", "staging.stg_events__stock_counts"),
        (REALTIME_STOCK, REALTIME_INVENTORY_ALERTS, STOCK_DRIFT),
    ),
}


def streams_told(settings: Settings, job: str, names: Iterable[str]) -> AbstractContextManager[None]:
    """Tell of a program that hosts these streams, from its start to its end."""
    hosted = [STREAMS[name] for name in names if name in STREAMS]
    read = [one for names_read, _, _ in hosted for one in topics(settings, *names_read)]
    read += [one for _, names_read, _ in hosted for one in tables(settings, *names_read)]
    written = [one for *_, names_written in hosted for one in tables(settings, *names_written)]
    return told(settings, job, sorted(set(read)), sorted(set(written)))
