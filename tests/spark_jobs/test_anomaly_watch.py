"""Looking for anomalies while sales flow, over tables as dbt makes them, in databases of the test's own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from clickhouse_connect.driver.client import Client

from contracts.settings import Settings
from contracts.tables import REALTIME_SALES_ANOMALIES, REALTIME_SALES_METRICS
from spark_jobs.anomaly_watch import EVERY, AnomalyWatch
from warehouse.client import connect
from warehouse.create_tables import create_tables

PREFIX = "watched_"
DAY = datetime(2031, 3, 2, tzinfo=UTC)  # after whatever other tests leave
NOW = datetime(2031, 3, 3, tzinfo=UTC)
MART = (
    "source String, store_id String, category String, starts_at DateTime64(3, 'UTC'), ends_at DateTime64(3, 'UTC'),"
    " sale_lines Array(Float64), estimated_sale_lines Array(Float64), estimated_dispersion Float64,"
    " unreferenced_returns Array(Float64), estimated_unreferenced_returns Float64"
)
WINDOWS = (
    "source String, store_id String, grain String, category String, window_minutes Int32, slide_minutes Int32,"
    " window_starts_at DateTime64(3, 'UTC'), sale_lines Int64, unreferenced_returns Int64"
)
SIZES = "source String, product_id String, month_start_date Date32, estimated_large_units Decimal(18, 3)"


@pytest.fixture
def client(running_stack: Settings) -> Iterator[Client]:
    """Three stores that sell 30 lines an hour from 8 to 20 o'clock."""
    client = connect(running_stack)
    create_tables(client)
    for table, columns in (
        ("kpi.mart_sales_expected_hourly", MART),
        ("kpi.mart_purchase_sizes", SIZES),
        ("staging.stg_realtime__sales_metrics", WINDOWS),
    ):
        client.command(f"CREATE DATABASE IF NOT EXISTS {PREFIX}{table.split('.')[0]}")
        client.command(f"CREATE OR REPLACE TABLE {PREFIX}{table} ({columns}) ENGINE = MergeTree ORDER BY ()")
    hours = [30 if 8 <= hour < 20 else 0 for hour in range(24)]
    for store in ("S1", "S2", "S3"):
        client.command(
            f"INSERT INTO {PREFIX}kpi.mart_sales_expected_hourly VALUES ('w', '{store}', 'all', '{DAY:%F %T}',"
            f" '{DAY + timedelta(days=1):%F %T}', {[0] * 24}, {hours}, 0.1, {[0] * 24}, 0)"
        )
    yield client
    for table in (REALTIME_SALES_METRICS, REALTIME_SALES_ANOMALIES):
        client.command(f"ALTER TABLE {table} DELETE WHERE source = 'w'", settings={"mutations_sync": 1})


def _sell(client: Client, store: str, first: int, end: int) -> None:
    """Thirty lines in each hour from `first` to before `end`."""
    for hour in range(first, end):
        at = f"{DAY + timedelta(hours=hour, minutes=30):%F %T}"
        client.command(
            f"INSERT INTO {PREFIX}staging.stg_realtime__sales_metrics VALUES"
            f" ('w', '{store}', 'store', 'all', 5, 5, '{at}', 30, 0)"
        )
        client.command(
            f"INSERT INTO {REALTIME_SALES_METRICS} (source, store_id, window_start) VALUES ('w', 'x', '{at}')"
        )


def _told(client: Client) -> list[tuple]:
    query = f"SELECT kind, store_id, is_withdrawn FROM {REALTIME_SALES_ANOMALIES} FINAL WHERE source = 'w' ORDER BY ALL"
    return client.query(query).result_rows


def test_a_silent_store_is_told_and_taken_back(client: Client) -> None:
    """S3 stops at 12 while the others sell on until 15: silence. When its sales come after all, it is withdrawn."""
    for store in ("S1", "S2"):
        _sell(client, store, 8, 15)
    _sell(client, "S3", 8, 12)
    watch = AnomalyWatch(client, PREFIX)
    watch.look(NOW)
    assert _told(client) == [("silence", "S3", False)]
    _sell(client, "S3", 12, 15)
    watch.look(NOW + EVERY / 2)
    assert _told(client) == [("silence", "S3", False)]
    AnomalyWatch(client, PREFIX).look(NOW + EVERY)  # another process goes on
    assert _told(client) == [("silence", "S3", True)]


def test_without_models_it_waits(client: Client) -> None:
    """Before dbt has built anything there is nothing to judge by, and no error."""
    AnomalyWatch(client, "nobody_").look(NOW)
