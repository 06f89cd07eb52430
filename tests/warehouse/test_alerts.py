"""Alerts in people's hands."""

from datetime import UTC, datetime

import pytest
from clickhouse_connect.driver.client import Client

from contracts.settings import Settings
from contracts.tables import ALERT_ACKNOWLEDGEMENTS, REALTIME_INVENTORY_ALERTS
from warehouse.alerts import UnknownAlertError, acknowledge, open_alerts
from warehouse.client import connect
from warehouse.create_tables import create_tables

COLUMNS = ("alert_id", "source", "severity", "estimated_money_at_risk", "opened_at", "resolved_at", "written_at")


@pytest.fixture
def client(running_stack: Settings) -> Client:
    """Two alerts that are open, the worse one of the two later, and one that is over."""
    client = connect(running_stack)
    create_tables(client)
    for table in (REALTIME_INVENTORY_ALERTS, ALERT_ACKNOWLEDGEMENTS):
        client.command(f"TRUNCATE TABLE {table}")
    day = [datetime(2026, 3, number, tzinfo=UTC) for number in range(1, 9)]
    rows = [
        ("a1", "s", "low", 5, day[1], None, day[1]),
        ("a1", "s", "medium", 30, day[1], None, day[2]),
        ("b1", "s", "high", 200, day[2], None, day[2]),
        ("c1", "s", "high", 900, day[1], None, day[1]),
        ("c1", "s", "high", 900, day[1], day[3], day[3]),
    ]
    client.insert(REALTIME_INVENTORY_ALERTS, rows, COLUMNS)
    return client


def test_the_worst_that_is_open_comes_first(client: Client) -> None:
    """What is over is not shown, and of what is written of an alert the last counts."""
    found = [(alert["alert_id"], alert["severity"]) for alert in open_alerts(client)]
    assert found == [("b1", "high"), ("a1", "medium")]
    assert [alert["alert_id"] for alert in open_alerts(client, 1)] == ["b1"]


def test_the_last_who_took_note_is_named(client: Client) -> None:
    """The first letters of the id do, and the alert stays open."""
    acknowledge(client, "b", "Ann", datetime(2026, 3, 4, tzinfo=UTC))
    acknowledge(client, "b1", "Ben", datetime(2026, 3, 5, tzinfo=UTC))
    assert {alert["alert_id"]: alert["acknowledged_by"] for alert in open_alerts(client)} == {"b1": "Ben", "a1": ""}


@pytest.mark.parametrize("name", ["c1", "zz", ""])
def test_what_is_not_open_cannot_be_noted(client: Client, name: str) -> None:
    """It is over, or never was."""
    with pytest.raises(UnknownAlertError):
        acknowledge(client, name, "Ann")


def test_letters_that_two_alerts_share_name_none(client: Client) -> None:
    """Nobody takes note of an alert by mistake."""
    client.insert(REALTIME_INVENTORY_ALERTS, [("b2", "s", "low", 1, datetime(2026, 3, 1, tzinfo=UTC))], COLUMNS[:5])
    with pytest.raises(UnknownAlertError, match="2 open alerts"):
        acknowledge(client, "b", "Ann")
