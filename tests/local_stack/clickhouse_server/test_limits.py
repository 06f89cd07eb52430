"""Limits on what one client may take."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.local_stack.clickhouse_server.wire import Client, ServerProcess, wait_for


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with small limits."""
    from support import settings_for

    process = ServerProcess(
        settings_for(
            tmp_path_factory.mktemp("small") / "home",
            local_clickhouse_max_queries=3,
            local_clickhouse_max_body_gb=0.001,
            local_clickhouse_query_memory_gb=0.1,
        )
    ).start()
    yield process
    process.stop()


@pytest.mark.parametrize("chunked", [False, True])
def test_body(small: ServerProcess, chunked: bool) -> None:
    """A body beyond the limit is refused with 413, also when its length was not announced; nothing is inserted."""
    client = small.writer
    client.sql("CREATE OR REPLACE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a")
    data = b"1\n" * 1_000_000
    pieces = (data[start : start + 65536] for start in range(0, len(data), 65536))
    try:
        answer = client.send(pieces if chunked else data, query="INSERT INTO t FORMAT CSV")
    except ConnectionError:
        answer = None  # the server may hang up while we still send
    if answer:
        assert answer.status == 413
        assert "LOCAL_CLICKHOUSE_MAX_BODY_GB" in answer.text
    assert client.sql("SELECT count() FROM t") == "0"


def test_statement(small: ServerProcess) -> None:
    """A statement longer than max_query_size is refused by the engine as on a server."""
    answer = small.writer.send("SELECT '" + "x" * 300_000 + "'")
    assert (answer.status, answer.code) == (400, 62)
    assert "Max query size exceeded" in answer.text


def test_memory(small: ServerProcess) -> None:
    """A query beyond its memory is stopped with 241; the server lives on."""
    hungry = "SELECT groupArray(number) FROM numbers(100000000)"
    assert small.writer.send(hungry).code == 241
    assert small.reader.send(hungry).code == 241
    assert small.writer.sql("SELECT 1") == "1"


def test_queries_at_once(small: ServerProcess) -> None:
    """One query too many is refused with 202 and 503, which clients take as a call to try again."""
    client = small.writer

    def persist() -> str:
        """A client that tries again, as real ones do."""
        while (answer := client.send("SELECT sleep(2)")).status == 503:
            pass
        return answer.text

    with ThreadPoolExecutor(3) as pool:
        slow = [pool.submit(persist) for _ in range(3)]
        wait_for(lambda: client.send("SELECT 1").status == 503, 10, "the limit")
        answer = client.send("SELECT 1")
        assert (answer.code, "LOCAL_CLICKHOUSE_MAX_QUERIES" in answer.text) == (202, True)
        assert [query.result(10) for query in slow] == ["0\n"] * 3
    assert client.sql("SELECT 1") == "1"


def test_same_query_id_twice(writer: Client) -> None:
    """A query id is taken while its query is at work (216)."""
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(writer.sql, "SELECT sleep(1)", query_id="taken")
        wait_for(lambda: "taken" in writer.sql("SELECT Settings['log_comment'] FROM system.processes"), 10, "the query")
        assert writer.send("SELECT 1", query_id="taken").code == 216
        assert slow.result(10) == "0"
    assert writer.sql("SELECT 1", query_id="taken") == "1"


def test_32_clients_at_once(writer: Client, table: str) -> None:
    """32 clients that insert, read, fail and use sessions at once each get their own answers."""
    wrong: list[str] = []

    def work(number: int) -> None:
        for turn in range(5):
            mine = number * 100 + turn
            session = {"session_id": f"client-{number}"}
            results = [
                (
                    writer.sql(f"SELECT {mine}, getSetting('max_block_size')", max_block_size=mine + 1),
                    f"{mine}\t{mine + 1}",
                ),
                (writer.sql(f"INSERT INTO {table} FORMAT CSV\n{mine},client\n"), ""),
                (writer.sql(f"CREATE OR REPLACE TEMPORARY TABLE x AS SELECT {mine} AS a", **session), ""),
                (writer.sql("SELECT a FROM x", **session), str(mine)),
                (str(writer.send(f"SELECT nothing_{mine}").code), "47"),
                (writer.sql(f"SELECT count() FROM {table} WHERE a = {mine}"), "1"),
                (writer.sql(f"SELECT sum(number) FROM numbers({mine})"), str(mine * (mine - 1) // 2)),
            ]
            wrong.extend(f"{got} is not {wanted}" for got, wanted in results if got != wanted)

    failures: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert not wrong
    assert writer.sql(f"SELECT count(), uniqExact(a) FROM {table}") == "160\t160"


def test_no_thread_or_file_stays(server: ServerProcess, writer: Client) -> None:
    """Requests of every kind leave no open file behind."""
    kinds: list[Callable[[], object]] = [
        lambda: writer.sql("SELECT 1"),
        lambda: writer.send("SELECT nothing"),
        lambda: writer.send("SELECT 1 FORMAT Native", client_protocol_version=54405),
        lambda: writer.send("INSERT INTO nowhere FORMAT CSV\n1\n"),
        lambda: writer.send("INSERT INTO nowhere SELECT * FROM input('a Int8') FORMAT CSV\n1\n"),
        lambda: writer.sql("EXISTS TABLE x"),
        lambda: writer.send("SELECT throwIf(number = 90000) FROM numbers(100000)", wait_end_of_query=1),
    ]
    for kind in kinds:
        kind()
    before = server.open_files
    for _ in range(20):
        for kind in kinds:
            kind()
    # Merges of the query log open files too; one kind that leaks would leave twenty.
    wait_for(lambda: server.open_files <= before + 15, 30, "files to be closed")
