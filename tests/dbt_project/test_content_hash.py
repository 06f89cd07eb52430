"""The hash that says whether two builds say the same."""

from tests.dbt_project.content_hash import content_hashes
from tests.dbt_project.warehouse_build import WarehouseBuild


def _hash(build: WarehouseBuild, rows: str, columns: str = "name String, amount Float64, _offset Int64") -> str:
    build.client.command("CREATE DATABASE IF NOT EXISTS hashed_core")
    build.client.command(f"CREATE OR REPLACE TABLE hashed_core.t ({columns}) ENGINE = MergeTree ORDER BY tuple()")
    build.client.command(f"INSERT INTO hashed_core.t VALUES {rows}")
    found = content_hashes(build.client, "hashed_")["core.t"]
    build.client.command("DROP DATABASE hashed_core SYNC")
    return found


def test_order_plumbing_and_noise_do_not_count(built_once: WarehouseBuild) -> None:
    """Rows in another order, other `_columns` and a tenth significant digit give the same hash."""
    assert _hash(built_once, "('a', 1234.56789012, 1), ('b', 0, 2)") == _hash(
        built_once, "('b', 0, 7), ('a', 1234.56789049, 9)"
    )


def test_every_value_counts(built_once: WarehouseBuild) -> None:
    """Another value, a missing row, a doubled pair of rows and a NULL each change the hash."""
    rows = ["('a', 1, 1)", "('a', 2, 1)", "('a', 1, 1), ('a', 1, 1)", "('a', 1, 1), ('a', 1, 1), ('a', 1, 1)"]
    nulls = ["(NULL)", "('')"]
    hashes = [_hash(built_once, values) for values in rows]
    hashes += [_hash(built_once, values, "name Nullable(String)") for values in nulls]
    assert len(set(hashes)) == len(hashes)
