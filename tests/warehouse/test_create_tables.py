"""The tables are made once, and follow the contract when it grows."""

import pytest
from support import settings_for

from contracts.events import SALES, Sale
from contracts.problems import Problem
from contracts.settings import Settings
from contracts.tables import DATABASES, PREDICTIONS, RAW_TABLES, REALTIME_LATE_EVENTS, REALTIME_SALES_METRICS
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


def test_of_one_computation_the_last_batch_counts(running_stack: Settings) -> None:
    """A batch that comes twice is one row, whichever is written last; another computation has a row of its own."""
    client = connect(running_stack)
    create_tables(client)
    for computation, batch, revenue in (("one", 7, 70), ("one", 3, 30), ("two", 1, 10)):
        client.command(
            f"INSERT INTO {REALTIME_SALES_METRICS} (source, store_id, window_minutes, computation, batch, revenue)"
            f" VALUES ('twice', 's1', 5, '{computation}', {batch}, {revenue})"
        )
    query = f"SELECT computation, revenue FROM {REALTIME_SALES_METRICS} FINAL WHERE source = 'twice' ORDER BY ALL"
    assert client.query(query).result_rows == [("one", 70), ("two", 10)]


def test_a_table_with_an_older_key_is_made_anew_if_it_is_empty(running_stack: Settings) -> None:
    """Without rows it goes; with rows nothing is deleted, and a sentence says what to do."""
    client = connect(running_stack)
    create_tables(client)
    older = f"CREATE TABLE {REALTIME_LATE_EVENTS} (event_id String) ENGINE = MergeTree ORDER BY event_id"
    client.command(f"DROP TABLE {REALTIME_LATE_EVENTS} SYNC")
    client.command(older)
    client.command(f"INSERT INTO {REALTIME_LATE_EVENTS} VALUES ('a')")
    with pytest.raises(Problem, match="has rows under an older key"):
        create_tables(client)
    client.command(f"TRUNCATE TABLE {REALTIME_LATE_EVENTS}")
    assert create_tables(client) == [f"{REALTIME_LATE_EVENTS}: made anew with the key of today"]
    assert create_tables(client) == []


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
