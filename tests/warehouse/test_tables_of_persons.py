"""Tables that know customers are found by their columns, and lose the person in the way that fits them."""

from collections.abc import Iterator

import pytest
from clickhouse_connect.driver.client import Client

from contracts.persons import Person
from tests.dbt_project.own_server import own_clickhouse
from warehouse.client import connect
from warehouse.erasing import erase, traces
from warehouse.tables_of_persons import tables_of_persons

ADA, KEY = Person("shop", "ada"), "reinterpretAsInt64(cityHash64('shop', 'ada'))"
BOB = "reinterpretAsInt64(cityHash64('shop', 'bob'))"
ENGINE = "ENGINE = MergeTree ORDER BY"
TABLES = {
    # Sales and tickets: what happened, and that somebody was there.
    "core.sales": (f"source String, customer_key Int64, amount Int32) {ENGINE} source", (KEY, "0", BOB)),
    "core.tickets": (
        f"source LowCardinality(String), customer_key Int64, _rows_key UInt64) {ENGINE} source",
        (KEY, BOB),
    ),
    "dev_ana_staging.lines": (
        f"source LowCardinality(String), customer_id Nullable(String), amount Int32) {ENGINE} source",
        ("'ada'", "NULL", "'bob'"),
    ),
    # Who somebody is.
    "core.people": (
        f"source LowCardinality(String), customer_id String, customer_key Int64) {ENGINE} source",
        ("'ada'", "'bob'"),
    ),
    "staging.entries": (
        f"source String, customer_id Nullable(String), email Nullable(String)) {ENGINE} source",
        ("'ada'", "'bob'"),
    ),
    "features.habits": (
        f"source String, customer_key Int64, visits Int32) {ENGINE} (source, customer_key)",
        (KEY, BOB),
    ),
    "ml.scores": (f"customer_id String, model String, score Int32) {ENGINE} customer_id", ("'ada'", "'bob'")),
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Tables of each kind, with rows of two customers; the third column counts 10, 20, 30."""
    with own_clickhouse() as settings:
        client = connect(settings)
        client.command("CREATE DATABASE dev_ana_staging")
        for name, (columns, persons) in TABLES.items():
            client.command(f"CREATE TABLE {name} ({columns}")
            first = "" if columns.startswith("customer_id") else "'shop', "
            rows = ", ".join(f"({first}{who}, {10 * number})" for number, who in enumerate(persons, 1))
            names = "customer_id, score" if not first else "*"
            client.command(f"INSERT INTO {name} ({names}) VALUES {rows}")
        yield client


def test_each_table_loses_the_person(client: Client) -> None:
    """Amounts stay where they are and become nobody's; rows about the person go; the other customer stays; a ticket
    is marked, so that the next build states it again. Called again, nothing is left to do.
    """
    expected = dict.fromkeys(TABLES, 1)
    assert {table.name for table in tables_of_persons(client)} >= set(TABLES)
    assert traces(client, ADA) == expected
    assert erase(client, ADA, "salt") == expected
    assert traces(client, ADA) == erase(client, ADA, "salt") == {}
    bob = client.query(f"SELECT {BOB}").result_rows[0][0]
    assert _rows(client, "core.sales", "customer_key, amount") == {(0, 10), (0, 20), (bob, 30)}
    assert _rows(client, "core.tickets", "customer_key, _rows_key") == {(0, 0), (bob, 20)}
    assert _rows(client, "dev_ana_staging.lines", "customer_id, amount") == {(None, 10), (None, 20), ("bob", 30)}
    for name in ("core.people", "staging.entries", "ml.scores"):
        assert _rows(client, name, "customer_id") == {("bob",)}
    assert _rows(client, "features.habits", "customer_key, visits") == {(bob, 20)}


def test_no_statement_has_the_id(client: Client) -> None:
    """What the engine keeps of changed tables names nobody."""
    erase(client, ADA, "salt")
    commands = client.query("SELECT command FROM system.mutations").result_rows
    assert commands and not [command for (command,) in commands if "ada" in command]


def _rows(client: Client, table: str, columns: str) -> set[tuple]:
    return set(client.query(f"SELECT {columns} FROM {table}").result_rows)
