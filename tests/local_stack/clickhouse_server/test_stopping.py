"""Queries stop when nobody wants them; the server ends in good order, or without loss when it cannot."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest
from support import settings_for

from contracts.problems import Problem
from local_stack.clickhouse_server.configuration import write_configuration
from tests.local_stack.clickhouse_server.wire import Client, ServerProcess, wait_for

ENDLESS = "SELECT count() FROM system.numbers WHERE NOT ignore(number) SETTINGS max_execution_time = 60"

_IDS = "SELECT query_id FROM system.client_processes"


def _at_work(client: Client, mark: str) -> bool:
    found = f"SELECT count() FROM system.processes WHERE query LIKE '%{mark}%' AND query NOT LIKE '%processes%'"
    return client.sql(found) != "0"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(), 'hang up' FROM system.numbers WHERE NOT ignore(number)",
        "SELECT number, 'hang up' FROM system.numbers FORMAT JSONEachRow",
        "SELECT number, 'hang up' FROM system.numbers FORMAT Native",
        "INSERT INTO FUNCTION null('a UInt64, s String') SELECT number, 'hang up' FROM system.numbers",
        "SELECT sleepEachRow(1), 'hang up' FROM numbers(100) SETTINGS max_block_size = 1",
    ],
)
def test_hanging_up_stops_the_query(writer: Client, statement: str) -> None:
    """A client that closes its connection stops its query, whatever the query does."""
    connection = writer.connect()
    connection.request("POST", "/?client_protocol_version=54405", statement, writer.credentials())
    wait_for(lambda: _at_work(writer, "hang up"), 10, "the query to begin")
    connection.close()
    wait_for(lambda: not _at_work(writer, "hang up"), 10, "the query to end")


def test_kill_query_by_the_clients_id(writer: Client) -> None:
    """KILL QUERY finds a query by the id its client gave it, and the client is told (394)."""
    kill = "KILL QUERY WHERE query_id = 'to-be-killed' SYNC"
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(writer.send, ENDLESS, query_id="to-be-killed")
        wait_for(lambda: "finished" in writer.sql(kill), 10, "the query to be found")
        answer = slow.result(10)
    assert (answer.status, answer.code) == (500, 394)


@pytest.mark.parametrize("form", ["Native", "TSV"])
def test_a_killed_insert_is_never_acknowledged(writer: Client, table: str, form: str) -> None:
    """The client of a killed INSERT is told (394): of one that brings blocks the engine itself says nothing."""
    data = writer.send(f"SELECT 1::Int32 AS a, 'x' AS s FROM numbers(100000) FORMAT {form}").body
    killed = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield data
        yield data
        assert killed.wait(20)
        yield data

    with ThreadPoolExecutor(1) as pool:
        insert = pool.submit(writer.send, chunks(), query=f"INSERT INTO {table} FORMAT {form}", query_id="an insert")
        kill = "KILL QUERY WHERE query_id = 'an insert' SETTINGS log_queries = 0"
        wait_for(lambda: "an insert" in writer.sql(_IDS) and writer.sql(kill) != "", 10, "the insert to be killed")
        killed.set()
        answer = insert.result(20)
    assert (answer.status, answer.code) == (500, 394)
    assert writer.sql(f"SELECT count() FROM {table}") == "0"


def test_kill_query_by_user_and_elapsed_time(writer: Client) -> None:
    """Other columns of the processes serve as well; a condition that fits nothing kills nothing."""
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(writer.send, ENDLESS, query_id="old")
        wait_for(lambda: _at_work(writer, "system.numbers"), 10, "the query to begin")
        assert writer.sql("KILL QUERY WHERE query_id = 'another' SYNC") == ""
        condition = f"user = '{writer.user}' AND elapsed > 0.1 AND query LIKE 'SELECT count() FROM system.numbers%'"
        wait_for(lambda: writer.sql(f"KILL QUERY WHERE {condition} SYNC FORMAT TSV") != "", 10, "the kill")
        assert slow.result(10).code == 394


def test_kill_test_does_not_kill(writer: Client) -> None:
    """KILL QUERY … TEST only shows what it would kill."""
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(writer.send, "SELECT sleep(1)", query_id="spared")
        wait_for(lambda: _at_work(writer, "sleep(1)"), 10, "the query to begin")
        assert "sleep(1)" in writer.sql("KILL QUERY WHERE query_id = 'spared' TEST")
        assert slow.result(10).text == "0\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_a_signal_ends_the_server(own_server: Callable[..., ServerProcess], number: int) -> None:
    """SIGTERM and SIGINT end it with code 0 within seconds; a short query at work still gets its answer."""
    process = own_server().start()
    with ThreadPoolExecutor(1) as pool:
        short = pool.submit(process.writer.sql, "SELECT sleep(1)")
        wait_for(lambda: _at_work(process.writer, "sleep(1)"), 10, "the query to begin")
        started = time.monotonic()
        assert process.stop(number) == 0, process.log.read_text()
        assert time.monotonic() - started < 10
        assert short.result(5) == "0"
    assert "Traceback" not in process.log.read_text()


@pytest.mark.long
def test_a_signal_ends_endless_queries_too(own_server: Callable[..., ServerProcess]) -> None:
    """Queries that do not end by themselves are stopped; an insert whose client is idle is not written."""
    process = own_server().start()
    client = process.writer
    client.sql("CREATE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a")
    idle = client.connect()
    idle.putrequest("POST", "/")
    for name, value in {**client.credentials(), "Content-Length": "1000000"}.items():
        idle.putheader(name, value)
    idle.endheaders()
    idle.send(b"INSERT INTO t FORMAT CSV\n" + b"1\n" * 200_000)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.send, ENDLESS)
        wait_for(lambda: _at_work(client, "system.numbers") and _at_work(client, "INSERT INTO t"), 10, "both to begin")
        started = time.monotonic()
        assert process.stop() == 0, process.log.read_text()
        assert time.monotonic() - started < 20
        assert isinstance(slow.exception(5), HTTPException | OSError) or slow.result().code == 394
    idle.close()
    assert process.start().writer.sql("SELECT count() FROM t") == "0"
    process.stop()


def test_restart_keeps_everything(own_server: Callable[..., ServerProcess]) -> None:
    """Databases, tables, views, functions and the query log are there after a stop and a start."""
    process = own_server().start()
    client = process.writer
    client.sql("CREATE DATABASE d")
    client.sql("CREATE TABLE d.t (a Int32) ENGINE = MergeTree ORDER BY a")
    client.sql("CREATE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a")
    client.sql("INSERT INTO d.t SELECT number FROM numbers(10)")
    client.sql("INSERT INTO t SELECT number FROM numbers(20)")
    client.sql("CREATE VIEW v AS SELECT sum(a) AS s FROM d.t")
    client.sql("CREATE FUNCTION twice AS x -> x * 2")
    client.sql("SELECT 'before the stop'", query_id="before-the-stop")
    assert process.stop() == 0
    process.start()
    assert client.sql("SELECT twice(s), (SELECT count() FROM t) FROM v") == "90\t20"
    assert client.sql("SELECT count() > 0 FROM system.query_log WHERE query_id = 'before-the-stop'") == "1"
    assert client.sql("SELECT engine FROM system.databases WHERE name = 'default'") == "Atomic"
    process.stop()


def test_kill_9_loses_no_acknowledged_insert(own_server: Callable[..., ServerProcess]) -> None:
    """After kill -9 under load every row whose insert was answered is there, once."""
    process = own_server().start()
    client = process.writer
    client.sql("CREATE TABLE t (worker Int32, n Int32) ENGINE = MergeTree ORDER BY (worker, n)")
    acknowledged: dict[int, int] = {}

    def insert_for_ever(worker: int) -> None:
        for number in range(1_000_000):
            row = f"{worker},{number}\n"
            try:
                if client.send(row, query="INSERT INTO t FORMAT CSV").status != 200:
                    return
            except (OSError, HTTPException):
                return
            acknowledged[worker] = number

    workers = [threading.Thread(target=insert_for_ever, args=(worker,)) for worker in range(8)]
    for worker in workers:
        worker.start()
    wait_for(lambda: len(acknowledged) == 8 and min(acknowledged.values()) >= 20, 60, "some inserts of every worker")
    process.kill()
    for worker in workers:
        worker.join(30)
    process.start()
    counted = client.sql("SELECT worker, count(), max(n), uniqExact(n) FROM t GROUP BY worker ORDER BY worker")
    for line in counted.splitlines():
        worker, rows, last, different = map(int, line.split("\t"))
        assert rows == different == last + 1
        assert acknowledged[worker] <= last <= acknowledged[worker] + 1
    assert len(counted.splitlines()) == 8
    process.stop()


def test_port_in_use(server: ServerProcess, own_server: Callable[..., ServerProcess]) -> None:
    """A port somebody has: one sentence that names the setting, exit code 1, no traceback."""
    port = server.settings.clickhouse_port
    said, code = own_server(clickhouse_port=port).fail_to_start()
    assert code == 1
    assert said == f"Port {port} on 127.0.0.1 is in use by another program. Stop it, or set CLICKHOUSE_PORT.\n"


def test_data_folder_in_use(own_server: Callable[..., ServerProcess]) -> None:
    """A data folder another server has open: one sentence, exit code 1; the other server is not disturbed."""
    first = own_server().start()
    second = own_server()
    said, code = second.fail_to_start()
    folder = first.settings.home / "clickhouse"
    assert code == 1
    assert said == f"Another process has the data folder {folder} open. Stop it, or set another RETAIL_HOME.\n"
    assert first.writer.sql("SELECT 1") == "1"
    first.stop()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("table", "Syntax error (in file store/"),
        pytest.param("database", "Syntax error (in file metadata/d.sql)", marks=pytest.mark.long),
        pytest.param("twice", "Mapping for table with UUID", marks=pytest.mark.long),  # ends the engine's process
        pytest.param("file", "File exists", marks=pytest.mark.long),
    ],
)
def test_damaged_data_folder(own_server: Callable[..., ServerProcess], damage: str, reason: str) -> None:
    """A data folder the engine cannot read: one sentence with its reason and what to do, exit code 1, no traceback."""
    process = own_server().start()
    process.writer.sql("CREATE DATABASE d")
    process.writer.sql("CREATE TABLE d.t (a Int32) ENGINE = MergeTree ORDER BY a")
    assert process.stop() == 0
    data = process.settings.home / "clickhouse" / "data"
    if damage == "table":
        next(data.glob("store/*/*/t.sql")).write_text("%%% garbage")
    elif damage == "database":
        (data / "metadata" / "d.sql").write_text("garbage")
    elif damage == "twice":
        (data / "metadata" / "e.sql").write_text((data / "metadata" / "d.sql").read_text())
    else:
        (data / "metadata").rename(data / "elsewhere")
        (data / "metadata").write_text("no folder")
    said, code = process.fail_to_start()
    assert code == 1
    assert said.startswith(f"The engine cannot open the data folder {data}: ")
    assert reason in said
    assert said.endswith("Restore it from a backup, or move it away to start empty.\n")
    assert said.count("\n") == 1


@pytest.mark.long
def test_broken_part_is_told(own_server: Callable[..., ServerProcess]) -> None:
    """A part the engine sets aside at the start is named in the log, since its rows are missing."""
    process = own_server().start()
    process.writer.sql("CREATE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a")
    process.writer.sql("INSERT INTO t VALUES (1)")
    part = Path(process.writer.sql("SELECT path FROM system.parts WHERE table = 't'"))
    process.stop()
    (part / "columns.txt").write_text("garbage")
    process.start()
    assert process.writer.sql("SELECT count() FROM t") == "0"
    assert "data is missing: the part default.t broken" in process.log.read_text()
    process.stop()


@pytest.mark.parametrize("name", ["what?", "salt & pepper"])
def test_home_the_engine_would_misread(tmp_path: Path, name: str) -> None:
    """A home with a sign that means something in the engine's address is refused instead of misread."""
    with pytest.raises(Problem, match="cannot open a folder with"):
        write_configuration(settings_for(tmp_path / name))


def test_home_with_odd_signs(own_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    """Spaces, quotes, per cent signs and letters of any script are fine in a home's name."""
    process = own_server(retail_home=tmp_path / "my höme 50%25 #1 <'q'>").start()
    process.writer.sql("CREATE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a")
    assert process.writer.sql("BACKUP TABLE t TO File('b')").endswith("BACKUP_CREATED")
    assert process.stop() == 0


@pytest.mark.long
def test_a_query_that_cannot_be_stopped_does_not_hold_the_server(own_server: Callable[..., ServerProcess]) -> None:
    """A query that waits for an address that never answers does not keep the server from ending; nothing is lost."""
    process = own_server().start()
    process.writer.sql("CREATE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a")
    process.writer.sql("INSERT INTO t VALUES (1)")
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as pool:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        stuck = pool.submit(process.writer.send, f"SELECT * FROM url('{address}', 'CSV', 'a Int32')")
        silent.accept()
        started = time.monotonic()
        assert process.stop() == 0
        assert time.monotonic() - started < 20
        assert stuck.exception(5)
    assert process.start().writer.sql("SELECT * FROM t") == "1"
    process.stop()
