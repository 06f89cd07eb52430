"""Anomalies into `realtime.realtime_sales_anomalies`."""

from collections.abc import Iterable
from datetime import datetime

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
