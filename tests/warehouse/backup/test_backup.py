"""Backup and restore: what comes back is what was there, or everything stays as it is."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.settings import Settings
from contracts.tables import ERASURES, FROZEN, RAW_TABLES, REALTIME_STOCK, REPLACED
from tests.dbt_project.own_server import own_clickhouse
from tests.s3_server import s3_server
from warehouse.backup import restoring, space
from warehouse.backup.manifest import Manifest
from warehouse.backup.restoring import put_back, restore_backup
from warehouse.backup.store import BackupStore
from warehouse.backup.taking import take_backup
from warehouse.client import connect
from warehouse.doors import open_doors

SALES = RAW_TABLES["sales_events"]
DAY = "'2026-11-23 00:00:00'"


@pytest.fixture(scope="module")
def _server() -> Iterator[Settings]:
    with own_clickhouse() as settings:
        yield settings


@pytest.fixture
def client(_server: Settings) -> Iterator[Client]:
    """A warehouse with a few rows in raw, in a table whose rows replace each other, and in a model with a view."""
    client = connect(_server)
    for statement in (
        f"INSERT INTO {SALES} (_topic, _partition, _offset, _kafka_timestamp, payload) SELECT"
        f" 'sales_events', number % 2, intDiv(number, 2) + 10, {DAY}, toString(number) FROM numbers(200)",
        "CREATE TABLE core.fact (day Date, amount Decimal(18, 4), share Nullable(Float64)) ENGINE = MergeTree"
        " PARTITION BY toYYYYMM(day) ORDER BY day",
        "INSERT INTO core.fact SELECT toDate('2026-01-01') + number, number / 7, number / 3 FROM numbers(100)",
        "CREATE VIEW reporting.facts AS SELECT day, sum(amount) AS amount FROM core.fact GROUP BY day",
    ):
        client.command(statement)
    for units in (1, 2, 3):
        _write_stock(client, units)
    yield client
    put_back(client)
    for table in ("core.fact", "reporting.facts", "core.newer"):
        client.command(f"DROP TABLE IF EXISTS {table} SYNC")
    for table in (SALES, REALTIME_STOCK):
        client.command(f"TRUNCATE TABLE {table}")


@pytest.fixture
def store(_server: Settings, tmp_path: Path) -> BackupStore:
    """An empty place for backups that the engine cannot reach itself, as a bucket is."""
    return BackupStore(str(tmp_path / "kept"), _server.backup_folder)


def _write_stock(client: Client, units: int) -> None:
    client.command(
        f"INSERT INTO {REALTIME_STOCK} (source, store_id, product_id, units_on_hand, written_at)"
        f" SELECT 'demo', 'S1', toString(number), {units}, toDateTime64({DAY}, 3, 'UTC') + {units} FROM numbers(50)"
    )


def _take(client: Client, store: BackupStore, incremental: bool = False, scope: str = "all") -> Manifest:
    return take_backup(client, store, scope, incremental, lambda _said: None)


def _restore(client: Client, store: BackupStore, name: str) -> Manifest:
    return restore_backup(client, store, name, lambda _said: None)


def _state(client: Client) -> tuple:
    raw = client.query(f"SELECT _partition, count(), sum(_offset), max(payload) FROM {SALES} GROUP BY 1 ORDER BY 1")
    stock = client.query(f"SELECT count(), sum(units_on_hand) FROM {REALTIME_STOCK} FINAL")
    facts = client.query("SELECT count(), sum(amount) FROM reporting.facts")
    return raw.result_rows, stock.result_rows, facts.result_rows


def _damage(client: Client) -> None:
    client.command(f"ALTER TABLE {SALES} DELETE WHERE _offset < 50", settings={"mutations_sync": 1})
    client.command("DROP TABLE core.fact SYNC")
    _write_stock(client, 9)


def test_what_was_lost_comes_back(client: Client, store: BackupStore) -> None:
    """Deleted rows, a dropped table and overwritten stock are what they were; nothing is left in staging."""
    before, made = _state(client), _take(client, store)
    _damage(client)
    _restore(client, store, made.name)
    assert _state(client) == before
    assert not (store.staging / made.name).exists()
    assert client.command("SELECT count() FROM system.databases WHERE name IN ('frozen', 'replaced')") == 0


def test_the_manifest_says_what_is_in_it(client: Client, store: BackupStore) -> None:
    """Rows by table, views, and the offsets of each Kafka partition: 100 messages from 10 to 109 in each of two."""
    made = store.manifest(_take(client, store).name)
    rows = {table.name: table.rows for table in made.tables}
    assert (rows[SALES], rows["core.fact"], made.base) == (200, 100, "")
    assert made.views == ["reporting.facts"]
    assert [tuple(one.model_dump().values()) for one in made.offsets] == [
        ("sales_events", 0, 10, 110, 100),
        ("sales_events", 1, 10, 110, 100),
    ]


def test_an_incremental_backup_holds_what_is_new(client: Client, store: BackupStore) -> None:
    """It is smaller than the full one, and a chain of two restores the newest state."""
    client.command("INSERT INTO core.fact SELECT '2025-01-01', rand() / 3, rand() FROM numbers(200000)")
    full = _take(client, store)
    client.command("INSERT INTO core.fact VALUES ('2026-12-31', 5, NULL)")
    before = _state(client)
    second = _later(client, store, incremental=True)
    assert (second.base, second.written_bytes < full.written_bytes / 2) == (full.name, True)
    _damage(client)
    assert _restore(client, store, second.name).name == second.name
    assert _state(client) == before


def _later(client: Client, store: BackupStore, incremental: bool) -> Manifest:
    """As soon as the clock gives another name."""
    while True:
        try:
            made = _take(client, store, incremental)
        except Problem as problem:
            assert "already" in problem.what
            continue
        return made


def test_a_chain_with_a_missing_link_is_a_sentence(client: Client, store: BackupStore) -> None:
    """Without the full backup the incremental one names it, and nothing is touched."""
    full, second = _take(client, store), _later(client, store, incremental=True)
    Path(store.location, f"{full.name}.json").unlink()
    before = _state(client)
    with pytest.raises(Problem, match=f"builds on {full.name}"):
        _restore(client, store, second.name)
    assert (store.incomplete(), _state(client)) == ([full.name], before)


def test_without_models_only_what_dbt_cannot_make(client: Client, store: BackupStore) -> None:
    """`raw-only` has raw and ml, and no model; a restore leaves the models that are there."""
    made = _take(client, store, scope="raw-only")
    names = {table.name for table in made.tables}
    assert {SALES, "ml.predictions"} <= names
    assert not {name for name in [*names, *made.views] if name.startswith(("core.", "reporting."))}
    client.command(f"TRUNCATE TABLE {SALES}")
    _restore(client, store, made.name)
    assert client.command(f"SELECT count() FROM {SALES}") == 200
    assert client.command("SELECT count() FROM core.fact") == 100


def test_damage_to_a_backup_changes_nothing(client: Client, store: BackupStore) -> None:
    """A file that is missing or a hash that differs stops the restore, and the warehouse is as it was."""
    made, before = _take(client, store), _state(client)
    wrong = [table.model_copy(update={"content_hash": "0-0-0"}) for table in made.tables if table.name == "core.fact"]
    others = [table for table in made.tables if table.name != "core.fact"]
    lied = made.model_copy(update={"tables": [*others, *wrong]})
    Path(store.location, f"{made.name}.json").write_text(lied.model_dump_json())
    with pytest.raises(Problem, match=r"not what was backed up: core\.fact"):
        _restore(client, store, made.name)
    assert _state(client) == before
    shutil.rmtree(Path(store.location, made.name, "data", "core"))
    with pytest.raises(Problem):
        _restore(client, store, made.name)
    assert _state(client) == before
    assert not restoring.is_cut_short(client)


def test_a_restore_that_was_killed_is_undone_by_the_next(client: Client, store: BackupStore) -> None:
    """Tables that a killed restore had set aside come back before the next one begins."""
    made, before = _take(client, store), _state(client)
    client.command(f"CREATE DATABASE {REPLACED}")
    client.command(f"RENAME TABLE core.fact TO {REPLACED}.`core.fact`")
    assert restoring.is_cut_short(client)
    client.command("CREATE TABLE core.fact (day Date) ENGINE = MergeTree ORDER BY day")
    assert put_back(client)
    assert _state(client) == before
    _restore(client, store, made.name)
    assert (_state(client), put_back(client)) == (before, False)


def test_what_is_newer_than_the_backup_stays(client: Client, store: BackupStore) -> None:
    """A table that the backup does not have is left alone."""
    made = _take(client, store)
    client.command("CREATE TABLE core.newer (n UInt8) ENGINE = MergeTree ORDER BY n")
    _restore(client, store, made.name)
    assert client.command("EXISTS TABLE core.newer") == 1


def test_doors_of_landing_are_shut_and_not_backed_up(client: Client, store: BackupStore) -> None:
    """A landing run that goes on during a restore is shut out; its helper tables are in no backup."""
    open_doors(client, "run")
    made = _take(client, store)
    assert not [table for table in made.tables if "run" in table.name.split(".")[1].split("_")]
    _restore(client, store, made.name)
    assert client.command("SELECT count() FROM system.tables WHERE database = 'raw' AND engine = 'Null'") == 0


def test_who_was_erased_stays_on_the_list(client: Client, store: BackupStore) -> None:
    """A restore brings back rows, and not the list of the erased as it was then."""
    made = _take(client, store)
    client.command(f"INSERT INTO {ERASURES} (person, erased_at, rows_by_table) VALUES ('mark', now(), '{{}}')")
    _restore(client, store, made.name)
    assert client.command(f"SELECT person FROM {ERASURES}") == "mark"
    client.command(f"TRUNCATE TABLE {ERASURES}")


def test_a_backup_that_was_cut_short_is_none(client: Client, store: BackupStore) -> None:
    """A folder without its manifest is named as incomplete and refused."""
    made = _take(client, store)
    Path(store.location, f"{made.name}.json").unlink()
    assert (store.manifests(), store.incomplete()) == ([], [made.name])
    with pytest.raises(Problem, match="was cut short"):
        _restore(client, store, made.name)


def test_backups_by_instant(client: Client, store: BackupStore) -> None:
    """Only those made at or before an instant are found."""
    made = _take(client, store)
    assert store.made_by(made.made_at) == [made]
    assert store.made_by(datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_old_backups_go_and_what_is_built_on_stays(client: Client, store: BackupStore) -> None:
    """Of an old chain and a younger backup on an old one, only what the younger one needs is left."""
    full, second = _take(client, store), _later(client, store, incremental=True)
    assert store.forget(second.made_at) == []
    third = _later(client, store, incremental=False)
    assert store.forget(third.made_at) == [second.name, full.name]
    assert ([one.name for one in store.manifests()], store.incomplete()) == ([third.name], [])
    assert [path.name for path in Path(store.location).iterdir() if path.is_dir()] == [third.name]


def test_a_full_disk_is_a_sentence(client: Client, store: BackupStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little room stops both before anything is begun, and says what to do."""
    made, before = _take(client, store), _state(client)
    monkeypatch.setattr(space, "SPARE_BYTES", 1 << 60)
    with pytest.raises(Problem, match="RETAIL_BACKUP_FOLDER"):
        _take(client, store)
    with pytest.raises(Problem, match="RETAIL_BACKUP_FOLDER"):
        _restore(client, store, made.name)
    assert (_state(client), store.incomplete()) == (before, [])


def test_a_failed_backup_leaves_nothing(client: Client, store: BackupStore) -> None:
    """What the engine refuses is a sentence; no folder and no frozen table is left."""
    client.command("CREATE TABLE core.newer (n UInt8) ENGINE = Log")
    with pytest.raises(Problem, match=r"core\.newer: no table of the MergeTree family"):
        _take(client, store)
    assert (store.manifests(), store.incomplete()) == ([], [])
    assert client.command(f"EXISTS DATABASE {FROZEN}") == 0


@pytest.mark.long
def test_a_bucket_keeps_backups(
    client: Client, _server: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full and an incremental backup in S3 come back from there; with a wrong key it is a sentence and no backup."""
    with s3_server(tmp_path / "s3", "retail") as s3:
        for name, value in s3.environment().items():
            monkeypatch.setenv(name, value)
        store = BackupStore("s3://retail/nightly", _server.backup_folder)
        _take(client, store)
        client.command("INSERT INTO core.fact VALUES ('2026-12-31', 5, NULL)")
        before, second = _state(client), _later(client, store, incremental=True)
        _damage(client)
        _restore(client, store, second.name)
        assert _state(client) == before
        assert not (_server.backup_folder / second.name).exists()
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
        with pytest.raises(Problem, match="cannot be read or written") as said:
            _take(client, BackupStore("s3://retail/nightly", _server.backup_folder))
        assert "wrong-secret" not in str(said.value)


def test_no_key_of_a_place_is_shown(tmp_path: Path) -> None:
    """Keys and options in the URI of a bucket are in no sentence."""
    store = BackupStore("s3://key:secret@bucket/nightly?region=us-east-1&endpoint_override=127.0.0.1:1", tmp_path)
    assert store.location == "s3://bucket/nightly"


def test_where_backups_are_kept_may_be_where_they_are_written(client: Client, _server: Settings) -> None:
    """Without a place of their own they stay in the engine's folder, and are restored from there."""
    store = BackupStore(_server.backups, _server.backup_folder)
    before, made = _state(client), _take(client, store)
    _damage(client)
    _restore(client, store, made.name)
    assert (store.is_staging, _state(client)) == (True, before)
    assert (store.staging / made.name / ".backup").exists()
