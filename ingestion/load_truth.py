"""Loads the truth of a simulated source into the warehouse's `truth` tables, replacing what was there of it.

python -m ingestion.load_truth [--source NAME] [--to FOLDER]
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.settings import load_settings
from contracts.tables import TRUTH
from ingestion.journal import truth_folder
from warehouse.client import connect
from warehouse.truth_tables import TRUTH_COLUMNS, truth_table


class NoTruthError(Problem):
    """The source was not simulated in this home."""


def load_truth(client: Client, folder: Path, source: str) -> dict[str, int]:
    """Replace the rows of `source` in every truth table by those of `folder`. Returns rows per table.

    Readers see a table's old rows until its new ones are whole. Raises NoTruthError.
    """
    if not any(folder.glob("*.parquet")):
        raise NoTruthError(f"There is no truth of {source!r} in {folder}.", "Simulate it first.")
    client.command(f"CREATE DATABASE IF NOT EXISTS {TRUTH}")
    return {name: _load_table(client, folder, name, source) for name in TRUTH_COLUMNS}


def _load_table(client: Client, folder: Path, name: str, source: str) -> int:
    table, draft = f"{TRUTH}.{name}", f"{TRUTH}.{name}__loading"
    client.command(truth_table(name))
    client.command(f"DROP TABLE IF EXISTS {draft}")
    client.command(f"CREATE TABLE {draft} AS {table}")
    rows = 0
    for month in _months(folder, name, source):
        client.insert_arrow(draft, month)
        rows += month.num_rows
    if rows:
        client.command(f"ALTER TABLE {table} REPLACE PARTITION {{source:String}} FROM {draft}", {"source": source})
    else:
        client.command(f"ALTER TABLE {table} DROP PARTITION {{source:String}}", {"source": source})
    client.command(f"DROP TABLE {draft}")
    return rows


def _months(folder: Path, name: str, source: str) -> Iterator[pa.Table]:
    for path in sorted(folder.glob(f"{name}-????-??.parquet")):
        month = pq.read_table(path)
        if month.num_rows:
            yield month.add_column(0, "source", pa.array([source] * month.num_rows, pa.string()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    parser = argparse.ArgumentParser(prog="load_truth", description="Load a simulation's truth into the warehouse.")
    parser.add_argument("--source", default="demo")
    parser.add_argument("--to", type=Path, help="the folder that data_generator wrote to, if not the home")
    options = parser.parse_args(arguments)
    settings = load_settings()
    try:
        rows = load_truth(connect(settings), truth_folder(options.to or settings.home, options.source), options.source)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stderr.write(f"{sum(rows.values()):,} rows of truth of {options.source} in {len(rows)} tables.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
