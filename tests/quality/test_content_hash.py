"""The hash that says whether two builds say the same."""

import pytest
from clickhouse_connect.driver.client import Client

from contracts.settings import Settings
from quality.content_hash import content_hashes
from warehouse.client import connect


@pytest.fixture
def client(running_stack: Settings) -> Client:
    """A connection that may write."""
    return connect(running_stack)


def _hash(client: Client, rows: str, columns: str = "name String, amount Float64, _offset Int64", **where: str) -> str:
    client.command("CREATE DATABASE IF NOT EXISTS hashed_core")
    client.command(f"CREATE OR REPLACE TABLE hashed_core.t ({columns}) ENGINE = MergeTree ORDER BY tuple()")
    client.command(f"INSERT INTO hashed_core.t VALUES {rows}")
    found = content_hashes(client, "hashed_", where={f"core.{name}": rule for name, rule in where.items()})["core.t"]
    client.command("DROP DATABASE hashed_core SYNC")
    return found


def test_order_plumbing_and_noise_do_not_count(client: Client) -> None:
    """Rows in another order, other `_columns` and a tenth significant digit give the same hash."""
    assert _hash(client, "('a', 1234.56789012, 1), ('b', 0, 2)") == _hash(
        client, "('b', 0, 7), ('a', 1234.56789049, 9)"
    )


def test_every_value_counts(client: Client) -> None:
    """Another value, a missing row, a doubled pair of rows and a NULL each change the hash."""
    rows = ["('a', 1, 1)", "('a', 2, 1)", "('a', 1, 1), ('a', 1, 1)", "('a', 1, 1), ('a', 1, 1), ('a', 1, 1)"]
    nulls = ["(NULL)", "('')"]
    hashes = [_hash(client, values) for values in rows]
    hashes += [_hash(client, values, "name Nullable(String)") for values in nulls]
    assert len(set(hashes)) == len(hashes)


def test_rows_that_do_not_count_are_left_out(client: Client) -> None:
    """With a condition, only the rows that keep it are hashed."""
    assert _hash(client, "('a', 1, 1), ('b', 2, 1)", t="name = 'a'") == _hash(client, "('a', 1, 1)")
