"""Anomalies into and out of `realtime.realtime_sales_anomalies`."""

from collections.abc import Iterable
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client

from contracts.tables import REALTIME_SALES_ANOMALIES
from spark_jobs.sales_anomalies import Anomaly

LIVE, HISTORY = "live", "history"


def write_anomalies(
    client: Client, found: Iterable[Anomaly], found_in: str, written_at: datetime, is_withdrawn: bool = False
) -> None:
    """Insert; a row of the same anomaly is replaced."""
    rows = [(found_in, *anomaly, is_withdrawn, written_at) for anomaly in found]
    if rows:
        columns = ["found_in", *Anomaly._fields, "is_withdrawn", "written_at"]
        client.insert(REALTIME_SALES_ANOMALIES, rows, column_names=columns)


def read_anomalies(client: Client, found_in: str) -> dict[str, Anomaly]:
    """The latest 10,000 that stand, by id."""
    rows = client.query(
        f"SELECT {', '.join(Anomaly._fields)} FROM {REALTIME_SALES_ANOMALIES} FINAL"  # noqa: S608
        f" WHERE found_in = '{found_in}' AND NOT is_withdrawn ORDER BY opened_at DESC LIMIT 10000"
    ).result_rows
    found = (Anomaly(*row) for row in rows)
    return {
        each.anomaly_id: each._replace(opened_at=_utc(each.opened_at), ended_at=_utc(each.ended_at)) for each in found
    }


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
