"""The tables are made once, and follow the contract when it grows."""

import pytest
from support import settings_for

from contracts.events import SALES, Sale
from contracts.settings import Settings
from contracts.tables import DATABASES, PREDICTIONS, RAW_TABLES, REALTIME_SALES_METRICS
from warehouse import raw_tables
from warehouse.client import WarehouseUnavailableError, connect
from warehouse.create_tables import create_tables


def test_a_second_time_changes_nothing(running_stack: Settings) -> None:
    """Where everything is there, nothing is reported and every database exists."""
    client = connect(running_stack)
    assert create_tables(client) == []
    assert {name for (name,) in client.query("SHOW DATABASES").result_rows} >= set(DATABASES)


def test_a_field_the_contract_gains_is_read_out_of_old_messages(
    running_stack: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message kept an unknown field in its payload; once the contract names it, its column holds it."""
    client, table = connect(running_stack), "batch.grown"
    monkeypatch.setitem(RAW_TABLES, SALES, table)
    create_tables(client)
    client.command(f"INSERT INTO {table} (_topic, _offset, payload) VALUES ('s', 1, '{{\"colour\":\"red\"}}')")
    monkeypatch.setitem(Sale.model_fields, "colour", Sale.model_fields["product_id"])
    assert create_tables(client) == [
        f"{table}: column _text changed with the contract",
        f"{table}: column colour added",
        f"{table}: column _error changed with the contract",
    ]
    assert client.query(f"SELECT colour, _error FROM {table}").result_rows == [("red", "event_type: missing")]
    assert create_tables(client) == []
    assert raw_tables.fields(SALES)["colour"].sql_type == "String"


def test_a_column_that_a_job_gains_is_added(running_stack: Settings) -> None:
    """A table of predictions that lacks a column gets it, and keeps its rows."""
    client = connect(running_stack)
    create_tables(client)
    client.command(f"ALTER TABLE {PREDICTIONS} DROP COLUMN demand_class")
    assert create_tables(client) == [f"{PREDICTIONS}: column demand_class added"]
    assert create_tables(client) == []


def test_of_two_computations_of_a_window_the_one_over_more_events_counts(running_stack: Settings) -> None:
    """A partial recomputation that comes later does not win."""
    client = connect(running_stack)
    create_tables(client)
    for events, revenue in ((9, 90), (2, 20)):
        client.command(
            f"INSERT INTO {REALTIME_SALES_METRICS} (source, store_id, window_minutes, events, revenue)"
            f" VALUES ('twice', 's1', 5, {events}, {revenue})"
        )
    query = f"SELECT events, revenue FROM {REALTIME_SALES_METRICS} FINAL WHERE source = 'twice'"
    assert client.query(query).result_rows == [(9, 90)]


def test_a_wrong_password_is_a_sentence(running_stack: Settings) -> None:
    """The user that was refused is named."""
    wrong = running_stack.model_copy(update={"clickhouse_password": type(running_stack.clickhouse_password)("no")})
    with pytest.raises(WarehouseUnavailableError, match="refuses the password of user 'retail'"):
        connect(wrong)


def test_no_server_is_a_sentence(tmp_path) -> None:
    """The address that was tried is named."""
    settings = settings_for(tmp_path)
    with pytest.raises(WarehouseUnavailableError, match=f"127.0.0.1:{settings.clickhouse_port} does not answer"):
        connect(settings)
