"""The truth of a source is in the warehouse once, however often it is loaded."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from clickhouse_connect.driver.client import Client

from contracts.settings import Settings
from ingestion.journal import truth_folder
from ingestion.load_truth import NoTruthError, load_truth
from ingestion.sending import Sender
from ingestion.simulation.faults import MODEST
from ingestion.simulation.run import Run
from warehouse.client import connect
from warehouse.truth_tables import TRUTH_COLUMNS

START = date(2025, 1, 20)


class Nowhere:
    """Takes messages and forgets them."""

    def send(self, _records: object) -> None:
        """Take them."""

    def flush(self) -> None:
        """Forget them."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which two sources were simulated over a month's end."""
    folder = tmp_path_factory.mktemp("home")
    for source, days in (("one", 25), ("two", 15)):
        run = Run("grocer", "tiny", 5, source, START, MODEST)
        Sender(folder, run, Nowhere()).history(START + timedelta(days=days))
    return folder


@pytest.fixture(scope="module")
def client(running_stack: Settings) -> Client:
    """A writer's connection."""
    return connect(running_stack)


def _written(home: Path, source: str, table: str) -> int:
    return sum(pq.read_metadata(path).num_rows for path in truth_folder(home, source).glob(f"{table}-????-??.parquet"))


def _held(client: Client, source: str) -> dict[str, int]:
    return {
        table: client.query(f"SELECT count() FROM truth.{table} WHERE source = {{s:String}}", {"s": source}).first_row[
            0
        ]
        for table in TRUTH_COLUMNS
    }


def test_loading_replaces(home: Path, client: Client) -> None:
    """Every row of the files is in its table once after two loads, and other sources stay."""
    for source in ("one", "two", "one"):
        load_truth(client, truth_folder(home, source), source)
    for source in ("one", "two"):
        assert _held(client, source) == {table: _written(home, source, table) for table in TRUTH_COLUMNS}
    assert _held(client, "one")["demand"] > _held(client, "two")["demand"] > 500


def test_values_survive(home: Path, client: Client) -> None:
    """Money, days and instants are in the table what they are in the file."""
    load_truth(client, truth_folder(home, "one"), "one")
    rows = client.query(
        "SELECT * EXCEPT source FROM truth.lost_sales WHERE source = 'one' ORDER BY ALL"
    ).named_results()
    files = truth_folder(home, "one").glob("lost_sales-????-??.parquet")
    written = [row for path in files for row in pq.read_table(path).to_pylist()]
    for row in written:
        row["lost_at"] = row["lost_at"].replace(tzinfo=None)
    key = tuple(TRUTH_COLUMNS["lost_sales"])
    assert sorted(map(str, ([row[name] for name in key] for row in rows))) == sorted(
        map(str, ([row[name] for name in key] for row in written))
    )


def test_no_truth(client: Client, tmp_path: Path) -> None:
    """A source that was not simulated is named."""
    with pytest.raises(NoTruthError, match="nobody"):
        load_truth(client, truth_folder(tmp_path, "nobody"), "nobody")
