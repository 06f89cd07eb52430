"""Doors: what goes through one is in raw; a newer run shuts an older one out and waits for what it had begun."""

import threading
from collections.abc import Iterator

import pyarrow as pa
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from contracts.events import SALES
from contracts.settings import Settings
from contracts.tables import RAW_TABLES
from spark_jobs.arrow_insert import SCHEMA, Chunk, insert
from warehouse.client import connect
from warehouse.doors import close_doors, door, open_doors, run_mark, shut_other_doors

OURS = 7_777  # a partition that no other test writes
RAW = RAW_TABLES[SALES]


def _rows(first: int, count: int) -> pa.RecordBatch:
    columns = [[OURS] * count, range(first, first + count), [0] * count, [b'{"event_type":"sale"}'] * count]
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )


def _insert(client: Client, run: str, batches: Iterator[pa.RecordBatch], token: str = "") -> None:
    insert(client, door(SALES, run), Chunk(batches), token or f"{run}/token", run_mark(run))


@pytest.fixture
def client(running_stack: Settings) -> Iterator[Client]:
    """A client of the shared stack; what the test did to raw is undone."""
    client = connect(running_stack)
    yield client
    shut_other_doors(client, "nobody")
    client.command(f"ALTER TABLE {RAW} DELETE WHERE _partition = {OURS}", settings={"mutations_sync": 1})


def _landed(client: Client) -> int:
    return int(client.command(f"SELECT count() FROM {RAW} WHERE _partition = {OURS}"))


def test_a_row_through_a_door_is_judged_like_any_other(client: Client) -> None:
    """The columns of raw that are made from the payload are made behind a door too."""
    open_doors(client, "a")
    _insert(client, "a", iter([_rows(0, 1)]))
    row = client.query(f"SELECT _topic, event_type, _error FROM {RAW} WHERE _partition = {OURS}").result_rows
    assert row == [(SALES, "sale", "event_id: missing")]


def test_the_same_insert_sent_again_by_the_network_is_one(client: Client) -> None:
    """An insert that is repeated with its token adds nothing."""
    open_doors(client, "a")
    for _ in range(2):
        _insert(client, "a", iter([_rows(0, 10)]), "once")
    assert _landed(client) == 10


def test_a_shut_door_takes_nothing(client: Client) -> None:
    """Once a newer run has begun, an insert of the older one fails and leaves no row."""
    open_doors(client, "a")
    open_doors(client, "b")
    assert shut_other_doors(client, "b") == ["a"]
    with pytest.raises(DatabaseError, match="UNKNOWN_TABLE"):
        _insert(client, "a", iter([_rows(0, 10)]))
    _insert(client, "b", iter([_rows(10, 10)]))
    assert _landed(client) == 10


def test_a_newer_run_waits_for_an_insert_that_is_under_way(client: Client, running_stack: Settings) -> None:
    """What the older run had begun to send is in raw before the newer one looks, and is not lost half-way."""
    half_way, go_on = threading.Event(), threading.Event()

    def batches() -> Iterator[pa.RecordBatch]:
        yield _rows(0, 50_000)
        half_way.set()
        go_on.wait(30)
        yield _rows(50_000, 50_000)

    open_doors(client, "a")
    sender = threading.Thread(target=_insert, args=(connect(running_stack), "a", batches()))
    sender.start()
    assert half_way.wait(30)
    open_doors(client, "b")
    threading.Timer(1.0, go_on.set).start()
    shut_other_doors(client, "b")
    landed = _landed(client)
    sender.join()
    assert go_on.is_set() and landed == 100_000


def test_of_two_newcomers_at_least_one_is_shut_out(client: Client) -> None:
    """Runs that open their doors at the same time cannot both go on writing."""
    open_doors(client, "a")
    open_doors(client, "b")
    shut_other_doors(client, "a")
    shut_other_doors(client, "b")
    with pytest.raises(DatabaseError, match="UNKNOWN_TABLE"):
        _insert(client, "b", iter([_rows(0, 1)]))


def test_a_run_closes_its_own_doors(client: Client) -> None:
    """An orderly end leaves no table behind."""
    open_doors(client, "a")
    close_doors(client, "a")
    left = "SELECT name FROM system.tables WHERE database = 'raw' AND position(name, '_a_') > 0"
    assert client.query(left).result_rows == []
