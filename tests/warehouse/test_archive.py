"""Old months of raw go into files, are read from there, and come back as they were."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from clickhouse_connect.driver.client import Client

from contracts.events import CATALOG, SALES, Sale
from contracts.problems import Problem
from contracts.settings import PROJECT, Settings, process_environment
from contracts.tables import QUARANTINE, RAW_TABLES, WITH_ARCHIVE
from spark_jobs.offsets import Partition
from tests.dbt_project.own_server import own_clickhouse
from tests.dbt_project.raw_log import empty_raw
from tests.dbt_project.shop import sale
from warehouse import archiving, restoring
from warehouse.archive_tables import ARCHIVED, MOVING
from warehouse.archived import archived_files, record
from warehouse.archiving import archive_partition, finish_moves, old_partitions
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.restoring import check_file, restore_month

NOW = datetime(2026, 3, 1, tzinfo=UTC)
JANUARY, RAW, BOTH = "202501", RAW_TABLES[SALES], WITH_ARCHIVE[SALES]


@pytest.fixture(scope="module")
def server() -> Iterator[Settings]:
    """A server of this file's own."""
    with own_clickhouse() as settings:
        yield settings


@pytest.fixture
def client(server: Settings) -> Iterator[Client]:
    """Raw with three messages of January, one of them broken, and one of February 2026."""
    client = connect(server)
    empty_raw(client)
    _land(client, 0, "2025-01-05", sale().json_bytes())
    _land(client, 1, "2025-01-31 23:59:59", b"no event")
    _land(client, 2, "2025-01-06", sale(transaction_id="t2", customer_id=None).json_bytes())
    _land(client, 3, "2026-02-27", sale(transaction_id="t3").json_bytes())
    yield client
    for one in archived_files(client):
        archiving.forget(client, one)


def _land(client: Client, offset: int, arrived: str, payload: bytes, topic: str = SALES) -> None:
    client.insert(
        RAW_TABLES[topic],
        [[topic, 0, offset, datetime.fromisoformat(arrived).replace(tzinfo=UTC), payload]],
        column_names=["_topic", "_partition", "_offset", "_kafka_timestamp", "payload"],
        settings={"insert_deduplicate": 0},
    )


def _rows(client: Client, table: str) -> list[tuple]:
    columns = [row[0] for row in client.query(f"DESCRIBE {BOTH}").result_rows]
    return client.query(f"SELECT {', '.join(columns)} FROM {table} ORDER BY _topic, _partition, _offset").result_rows


def _archive(client: Client, folder: Path) -> list[str]:
    found = old_partitions(client, NOW, 30)
    return [archive_partition(client, one, str(folder)).path for one in found]


def test_old_months_only(client: Client) -> None:
    """A month goes when its last day is so long ago: January 2025 after 30 days, February 2026 not on the first day."""
    _land(client, 0, "2025-02-03", b"{}", CATALOG)
    assert [one[:3] for one in old_partitions(client, NOW, 30)] == [(SALES, "202501", 3), (CATALOG, "202502", 1)]
    # 393 days before is the first instant of February 2025.
    assert [one.month for one in old_partitions(client, NOW, 393)] == ["202501"]
    assert old_partitions(client, NOW, 394) == []


def test_what_is_archived_is_still_read(client: Client, server: Settings, tmp_path: Path) -> None:
    """Raw lets the month go; the view, the quarantine and a reader find every row as before, in every column."""
    before = _rows(client, RAW)
    (path,) = _archive(client, tmp_path)
    assert [row[2] for row in _rows(client, RAW)] == [3]
    assert _rows(client, BOTH) == before
    assert _rows(connect(server, "reader"), BOTH) == before
    assert client.query(f"SELECT _offset FROM {QUARANTINE}").result_rows == [(1,)]
    assert [one.state for one in archived_files(client)] == [ARCHIVED]
    assert path.startswith("topic=sales_events/month=202501/") and path.endswith(".parquet")


def test_the_file_is_parquet_that_others_read(client: Client, tmp_path: Path) -> None:
    """ZSTD, one row per message, the payload to the byte, money as decimals."""
    (path,) = _archive(client, tmp_path)
    file = pq.ParquetFile(tmp_path / path)
    table = file.read()
    payload = table.column("payload").cast(pa.binary()).to_pylist()
    assert (table.num_rows, payload[1]) == (3, b"no event")
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert table.schema.field("unit_price").type == pa.decimal128(18, 4)


def test_a_second_run_does_nothing(client: Client, tmp_path: Path) -> None:
    """There is no old month any more, and no second file."""
    _archive(client, tmp_path)
    files = archived_files(client)
    assert _archive(client, tmp_path) == []
    assert archived_files(client) == files and len(list(tmp_path.rglob("*.parquet"))) == 1


def test_a_restored_month_is_row_for_row_what_it_was(client: Client, tmp_path: Path) -> None:
    """Archived, brought back, archived and brought back again: the same rows, and no file is left."""
    before = _rows(client, RAW)
    for _ in range(2):
        _archive(client, tmp_path)
        assert len(restore_month(client, JANUARY)) == 1
        assert _rows(client, RAW) == _rows(client, BOTH) == before
        assert list(tmp_path.rglob("*.parquet")) == []
    assert restore_month(client, JANUARY) == []


def test_a_damaged_file_is_noticed(client: Client, tmp_path: Path) -> None:
    """Wherever one byte is turned, reading it back fails and nothing of it gets into raw."""
    (path,) = _archive(client, tmp_path)
    (one,), file = archived_files(client), tmp_path / path
    whole, there = file.read_bytes(), _rows(client, RAW)
    for at in range(100, len(whole), len(whole) // 7):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        _told(client, one)
    file.unlink()
    _told(client, one)
    with pytest.raises(Problem, match="is damaged"):
        restore_month(client, JANUARY)
    assert _rows(client, RAW) == there
    file.write_bytes(whole)
    check_file(client, one)


def _told(client: Client, one: restoring.ArchivedFile) -> None:
    with pytest.raises(Problem, match="is damaged"):
        check_file(client, one)


def test_landing_again_brings_no_copy(client: Client, tmp_path: Path) -> None:
    """A lost checkpoint reads the topic again from its first offset: archived offsets count as landed."""
    _archive(client, tmp_path)
    partition = Partition(client, SALES, 0)
    stamps = [datetime(2025, 1, 5, tzinfo=UTC), datetime(2025, 1, 31, 23, 59, 59, tzinfo=UTC)]
    again = pa.RecordBatch.from_arrays(
        [pa.array([0, 1]), pa.array(stamps, pa.timestamp("us", "UTC"))], ["offset", "timestamp"]
    )
    assert (partition.highest(0), partition.missing(again).num_rows) == (3, 0)
    partition.check(0, 3, 4)


def test_what_lands_late_in_an_archived_month_stays(client: Client, tmp_path: Path) -> None:
    """A hole that a backfill fills is read beside the file, goes into a second file, and both come back."""
    _archive(client, tmp_path)
    _land(client, 9, "2025-01-07", sale(transaction_id="t9").json_bytes())
    assert [row[2] for row in _rows(client, BOTH)] == [0, 1, 2, 3, 9]
    assert len(_archive(client, tmp_path)) == 1
    assert [row[2] for row in _rows(client, BOTH)] == [0, 1, 2, 3, 9]
    assert len(restore_month(client, JANUARY)) == 2
    assert [row[2] for row in _rows(client, RAW)] == [0, 1, 2, 3, 9]


def test_a_move_that_was_broken_off_loses_and_doubles_nothing(client: Client, tmp_path: Path) -> None:
    """Before and after raw lets go, the view has each message once; the next run brings it to an end."""
    before = _rows(client, RAW)
    (partition,) = old_partitions(client, NOW, 30)
    one = archiving._written(client, partition, archiving._only_part(client, partition), str(tmp_path), "")
    record(client, one)
    assert _rows(client, BOTH) == before
    finish_moves(client)
    assert (_rows(client, RAW), archived_files(client)) == (before, [])
    _archive(client, tmp_path)
    (one,) = archived_files(client)
    record(client, one.in_state(MOVING))
    assert _rows(client, BOTH) == before
    finish_moves(client)
    assert [one.state for one in archived_files(client)] == [ARCHIVED] and _rows(client, BOTH) == before


def test_a_half_restored_month_is_read_once_and_goes_on(client: Client, tmp_path: Path) -> None:
    """With one message of three back, each is read once; archiving says what to do; restoring brings the others."""
    before = _rows(client, RAW)
    _archive(client, tmp_path)
    (one,) = archived_files(client)
    record(client, one.in_state(MOVING))
    columns = "_topic, _partition, _offset, _kafka_timestamp, _ingested_at, payload"
    client.command(f"INSERT INTO {RAW} ({columns}) SELECT {columns} FROM {one.table} WHERE _offset = 1")
    assert _rows(client, BOTH) == before
    with pytest.raises(Problem, match="half restored"):
        finish_moves(client)
    restore_month(client, JANUARY)
    assert _rows(client, RAW) == before


def test_a_field_the_contract_gains_is_read_out_of_archived_payloads(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file lacks its column; the view reads it out of the payload, and the verdict by the rules of today."""
    payload = sale().json_bytes()[:-1] + b',"colour":"red"}'
    _land(client, 5, "2025-01-08", payload)
    _archive(client, tmp_path)
    monkeypatch.setitem(Sale.model_fields, "colour", Sale.model_fields["product_id"])
    try:
        create_tables(client)
        found = client.query(
            f"SELECT _offset, colour, _error FROM {BOTH} WHERE _offset IN (2, 5) ORDER BY 1"
        ).result_rows
        assert found == [(2, None, "colour: missing"), (5, "red", "")]
        check_file(client, archived_files(client)[0])
        restore_month(client, JANUARY)
        assert client.query(f"SELECT colour FROM {RAW} WHERE _offset = 5").result_rows == [("red",)]
    finally:
        monkeypatch.undo()
        client.command(f"DROP TABLE {RAW} SYNC")
        create_tables(client)


def test_a_place_that_is_none_is_a_sentence(client: Client) -> None:
    """Another scheme than s3 is refused before anything is written, and raw keeps the month."""
    (partition,) = old_partitions(client, NOW, 30)
    with pytest.raises(Problem, match="no place for an archive"):
        archive_partition(client, partition, "ftp://somewhere")
    assert [one[:3] for one in old_partitions(client, NOW, 30)] == [partition[:3]]


def test_the_verbs(client: Client, server: Settings) -> None:
    """Said, moved, listed and brought back by the command."""
    before = _rows(client, RAW)
    assert "sales_events" in _verb(server, "--older-than", "31", "--dry-run")
    assert _rows(client, RAW) == before
    assert "3 messages are in" in _verb(server, "--older-than", "400", "--yes")
    assert [row[2] for row in _rows(client, RAW)] == [3]
    assert str(server.home / "archive") in _verb(server, "list", "--check")
    assert "3 messages of 202501 are back" in _verb(server, "restore", JANUARY)
    assert "Nothing of 202501 is archived" in _verb(server, "restore", JANUARY)
    assert _rows(client, RAW) == before


def _verb(settings: Settings, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", "cli", "archive", *arguments],
        env=process_environment(settings),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return " ".join(result.stderr.split())
