"""An erased customer is in no message, no file of the archive and no table, and does not come back."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from clickhouse_connect.driver.client import Client

from contracts.events import CATALOG, INVENTORY, SALES, Customer
from contracts.persons import ERASED, EXPIRED, Person, without_person
from contracts.problems import Problem
from contracts.settings import PROJECT, Settings, process_environment
from contracts.tables import ERASURES, RAW_TABLES, WITH_ARCHIVE
from spark_jobs.kafka_source import lane_of
from spark_jobs.partition_writer import PartitionWriter
from tests.dbt_project.own_server import own_clickhouse
from tests.dbt_project.raw_log import empty_raw
from tests.dbt_project.shop import LONG_AGO, sale
from warehouse.archived import archived_files
from warehouse.archiving import archive_partition, forget, old_partitions
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.doors import close_doors, open_doors
from warehouse.erasing import back_again, customers, erase, expire_quarantine, traces
from warehouse.erasure_list import ErasureList

SALT, ID, NAME = "salt-of-tests", "C-4711.x", "Ada Lovelace"
ADA = Person(sale().source, ID)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
OTHER = Person(ADA.source, "C-4711.x2")


@pytest.fixture(scope="module")
def server() -> Iterator[Settings]:
    """A server of this file's own."""
    with own_clickhouse() as settings:
        yield settings


@pytest.fixture
def client(server: Settings) -> Iterator[Client]:
    """Raw with sales of two customers, what the catalogue says of one, and messages nobody can read."""
    client = connect(server)
    empty_raw(client)
    client.command(f"TRUNCATE TABLE {ERASURES}")
    for offset, payload in enumerate(_sales()):
        _land(client, SALES, offset, payload, "2025-01-05" if offset < 2 else "2026-02-05")
    _land(client, CATALOG, 0, _customer().json_bytes(), "2026-02-05")
    _land(client, INVENTORY, 0, b'{"customer_id": "C-4711.x", ', "2026-02-05")
    yield client
    for one in archived_files(client):
        forget(client, one)


def _sales() -> list[bytes]:
    unknown = json.loads(sale(customer_id=ID, transaction_id="t2").json_bytes()) | {"loyalty": {"card": NAME, "no": 7}}
    return [
        sale(customer_id=ID).json_bytes(),
        sale(customer_id=OTHER.customer_id, transaction_id="t1").json_bytes(),
        json.dumps(unknown).encode(),
        sale(customer_id=None, transaction_id="t3").json_bytes(),
        sale(customer_id=ID, transaction_id="t4", source="another").json_bytes(),
        b"customer_id=C-4711.x;broken",
        b"customer_id=C-4711.x2;broken",
    ]


def _customer() -> Customer:
    return Customer(
        event_id="c1", event_type="customer", schema_version=1, event_time=LONG_AGO, source=ADA.source,
        valid_from=LONG_AGO, customer_id=ID, customer_name=NAME, email="ada@example.org",
    )  # fmt: skip


def _land(client: Client, topic: str, offset: int, payload: bytes, arrived: str) -> None:
    client.insert(
        RAW_TABLES[topic],
        [[topic, 0, offset, datetime.fromisoformat(arrived).replace(tzinfo=UTC), payload]],
        column_names=["_topic", "_partition", "_offset", "_kafka_timestamp", "payload"],
        settings={"insert_deduplicate": 0},
    )


def _facts(client: Client) -> list[tuple]:
    """What happened, by place: everything but who."""
    columns = "_offset, _kafka_timestamp, _ingested_at, event_id, transaction_id, quantity, unit_price, _error != ''"
    return client.query(f"SELECT {columns} FROM {WITH_ARCHIVE[SALES]} ORDER BY _offset").result_rows


def _said(client: Client, topic: str) -> list[str]:
    rows = client.query_arrow(f"SELECT payload FROM {WITH_ARCHIVE[topic]} ORDER BY _offset", use_strings=False)
    return [payload.decode() for payload in rows.column("payload").to_pylist()]


def test_raw_keeps_what_happened_and_not_who(client: Client) -> None:
    """Each message is in its place with its amounts; ids, names and unreadable mentions are gone;
    another customer, and the same id of another source, stay.
    """
    before = _facts(client)
    counts = erase(client, ADA, SALT)
    assert _facts(client) == before
    assert counts == {RAW_TABLES[SALES]: 3, RAW_TABLES[CATALOG]: 1, RAW_TABLES[INVENTORY]: 1}
    one, other, two, _, elsewhere, broken, others = _said(client, SALES)
    assert ID not in one + two + broken and NAME not in two and broken == ERASED.decode()
    assert json.loads(two)["loyalty"] == {"card": None, "no": 7}
    assert [OTHER.customer_id in said for said in (other, others)] == [True, True] and f'"{ID}"' in elsewhere
    query = f"SELECT _offset, customer_id FROM {RAW_TABLES[SALES]} WHERE isNotNull(customer_id) ORDER BY 1"
    assert client.query(query).result_rows == [(1, OTHER.customer_id), (4, ID)]
    assert _said(client, CATALOG) == _said(client, INVENTORY) == [ERASED.decode()]
    assert set(customers(client)) == {OTHER, Person("another", ID)}
    assert traces(client, ADA) == {} != traces(client, OTHER)


def test_archived_files_are_written_again(client: Client, tmp_path: Path) -> None:
    """A file that names the person is replaced by one that does not; one that does not stays as it is."""
    for partition in old_partitions(client, NOW, 0):
        archive_partition(client, partition, str(tmp_path))
    before, facts = {one.path for one in archived_files(client)}, _facts(client)
    erase(client, OTHER, SALT)
    after = {one.path for one in archived_files(client)}
    assert (len(before), len(after), len(before & after)) == (4, 4, 2)
    assert _facts(client) == facts and traces(client, OTHER) == {}
    assert set(tmp_path.rglob("*.parquet")) == {tmp_path / path for path in after}


def test_a_second_time_changes_nothing_and_counts_nothing(client: Client) -> None:
    """What is gone is not found again; the record keeps its counts."""
    counts = erase(client, ADA, SALT)
    assert erase(client, ADA, SALT) == {}
    rows = client.query(f"SELECT person, rows_by_table FROM {ERASURES} FINAL").result_rows
    assert [(mark, json.loads(said)) for mark, said in rows] == [(ADA.mark(SALT), counts)]


def test_the_record_leads_back_to_nobody(client: Client) -> None:
    """It has a keyed hash: another salt, source or id gives another one; the id is nowhere in it."""
    erase(client, ADA, SALT)
    ((mark,),) = client.query(f"SELECT DISTINCT person FROM {ERASURES}").result_rows
    assert create_tables(client) == []  # what is there is taken for what it is
    others = {ADA.mark("another"), Person("another", ID).mark(SALT), OTHER.mark(SALT), ADA.mark("")}
    assert len(mark) == 64 and mark not in others and len(others) == 4


def test_what_lands_again_is_freed(client: Client) -> None:
    """Kafka's messages of an erased customer are landed without him, all others to the byte; also where the id is
    spelled with escapes or is a number.
    """
    erased = ErasureList(client, SALT)
    sales = _sales()
    erase(client, ADA, SALT)
    erase(client, Person(ADA.source, "17850"), SALT)
    spelled = sales[0].replace(b'"C-4711.x"', b'"\\u0043-4711.x"')
    number = sales[0].replace(b'"C-4711.x"', b"17850")
    freed = erased.free(pa.array([*sales, spelled, number], pa.binary())).to_pylist()
    assert freed[1] == sales[1] and freed[3:7] == sales[3:7]
    assert [json.loads(freed[at])["customer_id"] for at in (0, 2, 7, 8)] == [None] * 4
    assert json.loads(freed[0]) == json.loads(sales[0]) | {"customer_id": None}
    assert erased.free(pa.array([_customer().json_bytes()], pa.binary())).to_pylist() == [ERASED]


def test_landing_frees_what_it_hands_on(client: Client) -> None:
    """A partition that is read again into an empty raw: the erased customer's sale is there without him."""
    erase(client, ADA, SALT)
    empty_raw(client)
    open_doors(client, "run")
    lanes = pa.array([lane_of(SALES, 0)] * 2, pa.int32())
    stamps = pa.array([datetime(2026, 2, 5, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC"))
    columns = [lanes, pa.array([0, 1]), stamps, pa.array(_sales()[:2], pa.binary())]
    batch = pa.RecordBatch.from_arrays(columns, ["lane", "offset", "timestamp", "payload"])
    assert PartitionWriter(client, "run", batch, ErasureList(client, SALT)).write(iter(())) == (2, 2)
    close_doors(client, "run")
    query = f"SELECT customer_id, _error FROM {RAW_TABLES[SALES]} ORDER BY _offset"
    assert client.query(query).result_rows == [(None, ""), (OTHER.customer_id, "")]


def test_without_the_salt_nothing_lands(client: Client) -> None:
    """Who does not know whom to leave out must not land anything."""
    nobody = pa.array([b"x"], pa.binary())
    assert ErasureList(client, "").free(nobody) == nobody
    erase(client, ADA, SALT)
    with pytest.raises(Problem, match="RETAIL_ERASURE_SALT"):
        ErasureList(client, "").free(nobody)


def test_whom_a_backup_brings_back_is_found(client: Client) -> None:
    """Of everybody in raw those on the list, and nobody else."""
    erase(client, ADA, SALT)
    assert back_again(client, ErasureList(client, SALT)) == []
    _land(client, SALES, 9, _sales()[0], "2026-02-06")
    assert back_again(client, ErasureList(client, SALT)) == [ADA]


def test_rejected_messages_lose_their_text_by_age(client: Client) -> None:
    """Two that broke a rule long ago keep their places and say nothing; what is valid, or newer, stays."""
    _land(client, SALES, 9, b"broken today", "2026-03-02")
    before = _said(client, SALES)
    assert (expire_quarantine(client, NOW), expire_quarantine(client, NOW)) == (3, 0)
    assert _said(client, SALES) == [*before[:5], EXPIRED.decode(), EXPIRED.decode(), "broken today"]
    assert _said(client, INVENTORY) == [EXPIRED.decode()]
    assert client.query("SELECT count() FROM raw.quarantine").result_rows == [(4,)]


def test_a_name_that_is_a_quantity_stays() -> None:
    """A customer called 2 takes no 2 out of what the contract knows."""
    payload = json.dumps({"event_type": "sale", "customer_id": "2", "quantity": "2", "extra": "2"}).encode()
    kept = {"event_type": "sale", "customer_id": None, "quantity": "2", "extra": None}
    assert json.loads(without_person(payload, frozenset({"2"}))) == kept


def test_the_verb(client: Client, server: Settings) -> None:
    """It says what is stored, wants a salt, erases, finds nothing afterwards, and frees again what came back."""
    who = (ADA.source, ID)
    assert _verb(server, *who, "--dry-run") == (0, True)
    assert traces(client, ADA) != {}
    assert _verb(server, *who, "--yes", salt="")[0] == 1 and traces(client, ADA) != {}
    assert _verb(server, *who, "--yes", "--no-build")[0] == 0 and traces(client, ADA) == {}
    assert _verb(server, *who, "--dry-run") == (0, False)
    _land(client, SALES, 9, _sales()[0], "2026-02-06")
    assert _verb(server, "--again", "--yes", "--no-build")[0] == 0 and traces(client, ADA) == {}
    assert _verb(server, ADA.source)[0] == _verb(server, *who, "--again")[0] == 2


def _verb(settings: Settings, *arguments: str, salt: str = SALT) -> tuple[int, bool]:
    """Its exit code, and whether it named a table."""
    result = subprocess.run(
        [sys.executable, "-m", "cli", "erase-customer", *arguments],
        env=process_environment(settings) | {"RETAIL_ERASURE_SALT": salt},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, "raw.raw_sales_events" in result.stderr
