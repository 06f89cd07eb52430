"""Producers and warehouse change one after the other; nothing is lost, and old messages follow the contract."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from clickhouse_connect.driver.client import Client

from contracts.events import SALES, TOPICS, Sale, Void
from contracts.settings import Settings
from contracts.tables import RAW_TABLES
from contracts.verdict import verdict
from spark_jobs.valid_events import event_schema, typed
from warehouse.client import connect
from warehouse.create_tables import create_tables

TABLE = "batch.evolving"
VOID = {
    "event_id": "v1",
    "event_type": "void",
    "schema_version": 1,
    "event_time": "2026-01-02T10:00:00.000Z",
    "source": "evolution",
    "store_id": "S1",
    "register_id": "R1",
    "business_date": "2026-01-02",
    "transaction_id": "T1",
    "line_number": 1,
}


@pytest.fixture
def client(running_stack: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A warehouse whose raw table of sales is made anew, from the contract as it is."""
    client = connect(running_stack)
    client.command(f"DROP TABLE IF EXISTS {TABLE} SYNC")
    monkeypatch.setitem(RAW_TABLES, SALES, TABLE)
    create_tables(client)
    yield client
    monkeypatch.undo()
    create_tables(client)  # the views over raw read the stack's own table again


def _arrive(client: Client, *events: dict[str, Any]) -> None:
    rows = [[SALES, 0, number, 0, json.dumps(event)] for number, event in enumerate(events)]
    names = ["_topic", "_partition", "_offset", "_kafka_timestamp", "payload"]
    client.insert(TABLE, rows, column_names=names)


def _column(client: Client, name: str) -> list[Any]:
    return [value for (value,) in client.query(f"SELECT {name} FROM {TABLE} ORDER BY _offset").result_rows]


def _without(field: str) -> dict[str, Any]:
    return {name: value for name, value in VOID.items() if name != field}


def _optional(model: type, field: str) -> Any:
    info = copy.copy(model.model_fields[field])
    info.default = None
    return info


def test_a_new_optional_field(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old warehouse takes a new producer's event and keeps the field; a new one reads it, of old events NULL."""
    _arrive(client, VOID | {"reason_code": "typo"}, VOID | {"event_id": "v2"})
    assert _column(client, "_error") == ["", ""]
    assert "reason_code" not in client.query(f"SELECT * FROM {TABLE} LIMIT 0").column_names
    monkeypatch.setitem(Void.model_fields, "reason_code", Sale.model_fields["customer_id"])
    assert f"{TABLE}: column reason_code added" in create_tables(client)
    assert _column(client, "reason_code") == ["typo", None]
    assert _column(client, "_error") == ["", ""]


def test_a_new_version_beside_the_old_one(client: Client) -> None:
    """Both are valid and say which they are."""
    _arrive(client, VOID, VOID | {"event_id": "v2", "schema_version": 2, "reason_code": "typo"})
    assert _column(client, "_error") == ["", ""]
    assert _column(client, "schema_version") == [1, 2]


def test_a_field_that_is_no_longer_sent(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left out too early it is a broken rule; once the contract lets it be absent, the same message is valid."""
    _arrive(client, _without("register_id"), VOID)
    assert _column(client, "_error") == ["register_id: missing", ""]
    monkeypatch.setitem(Void.model_fields, "register_id", _optional(Void, "register_id"))
    assert create_tables(client) == [f"{TABLE}: column _error changed with the contract"]
    assert _column(client, "_error") == ["", ""]
    assert _column(client, "register_id") == [None, "R1"]


def test_a_field_that_left_the_contract(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its column stays with what it held, and messages with and without it are valid."""
    monkeypatch.setitem(Void.model_fields, "reason_code", Sale.model_fields["customer_id"])
    create_tables(client)
    _arrive(client, VOID | {"reason_code": "typo"}, VOID | {"event_id": "v2"})
    monkeypatch.undo()
    monkeypatch.setitem(RAW_TABLES, SALES, TABLE)
    create_tables(client)
    assert _column(client, "reason_code") == ["typo", None]
    assert _column(client, "_error") == ["", ""]


def test_an_event_type_sent_too_early(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits in quarantine, and is valid when its model is there, without being sent again."""
    _arrive(client, VOID | {"event_type": "line_cancelled"})
    assert _column(client, "_error") == ["event_type: not one of this topic's"]
    monkeypatch.setitem(TOPICS[SALES], "line_cancelled", Void)
    create_tables(client)
    assert _column(client, "_error") == [""]


def test_streams_take_both_versions() -> None:
    """What a stream reads of an event does not depend on its version or on fields it does not know."""
    messages = [VOID, VOID | {"event_id": "v2", "schema_version": 2, "reason_code": "typo"}, _without("register_id")]
    values = [json.dumps(event).encode() for event in messages]
    now = datetime(2026, 1, 2, 11, tzinfo=UTC)
    batch = pa.RecordBatch.from_pydict(
        {
            "topic": [SALES] * 3,
            "partition": [0] * 3,
            "offset": [0, 1, 2],
            "timestamp": pa.array([now] * 3, pa.timestamp("us", "UTC")),
            "value": values,
        }
    )
    rows = typed(batch, event_schema([SALES])).to_pylist()
    assert [(row["event_id"], row["schema_version"], row["register_id"]) for row in rows] == [
        ("v1", 1, "R1"),
        ("v2", 2, "R1"),
    ]
    assert [verdict(SALES, value) for value in values] == ["", "", "register_id: missing"]
