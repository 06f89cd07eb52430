"""Where a live job begins, on a real engine and broker."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from contracts.events import SALES
from contracts.settings import Settings
from contracts.tables import RAW_TABLES
from spark_jobs.live_edge import beginning, first_minute
from warehouse.client import connect
from warehouse.create_tables import create_tables

LATEST = datetime(2026, 3, 10, 12, 3, 30, tzinfo=UTC)


@pytest.fixture
def client(running_stack: Settings) -> Client:
    """Empty raw tables."""
    client = connect(running_stack)
    create_tables(client)
    for table in RAW_TABLES.values():
        client.command(f"TRUNCATE TABLE {table}")
    return client


def _land(client: Client, partition: int, offset: int, hours_before: float, error: str = "") -> None:
    at = LATEST - timedelta(hours=hours_before)
    client.command(
        f"INSERT INTO {RAW_TABLES[SALES]} (_topic, _partition, _offset, event_time, _error)"
        f" VALUES ('{SALES}', {partition}, {offset}, '{at:%F %T}', '{error}')"
    )


def test_it_begins_two_days_back_and_passes_nothing_over(
    client: Client, running_stack: Settings, tmp_path: Path
) -> None:
    """The edge is on five minutes; each partition from the first offset beyond it, else raw's end, else its first."""
    _land(client, 0, 4, 60)
    _land(client, 0, 5, 47)
    _land(client, 0, 6, 60)
    _land(client, 0, 7, 0)
    _land(client, 1, 9, 49)
    _land(client, 1, 10, -9999, error="broken")
    assert datetime.fromtimestamp(first_minute(client) * 60, UTC) == datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
    began = beginning(client, running_stack, tmp_path / "sales", SALES)
    assert began.starting.startswith('{"sales_events": {"0": 5, "1": 11, "2": 0')


def test_a_lost_checkpoint_begins_a_new_computation(client: Client, running_stack: Settings, tmp_path: Path) -> None:
    """As long as Spark has written how far it came, the beginning stays; without that, all of it is made anew."""
    checkpoint = tmp_path / "sales"
    _land(client, 0, 0, 0)
    first = beginning(client, running_stack, checkpoint, SALES)
    (checkpoint / "offsets").mkdir()
    (checkpoint / "offsets" / "0").touch()
    _land(client, 0, 1, -5)
    assert beginning(client, running_stack, checkpoint, SALES) == first
    (checkpoint / "offsets" / "0").unlink()
    (checkpoint / "state").mkdir()
    second = beginning(client, running_stack, checkpoint, SALES)
    assert (second.computation != first.computation, second.edge - first.edge) == (True, 300)
    assert not (checkpoint / "state").exists()
