"""Results and data of any size pass through the server without staying in it."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator

from tests.local_stack.clickhouse_server.wire import Client, ServerProcess

MEGABYTE = 1 << 20
ALLOWED = 200 * MEGABYTE  # of growth; the engine's own buffers are most of it


class _Peak:
    """The most memory the server had while this was open, above what it had before."""

    def __init__(self, server: ServerProcess) -> None:
        self._server, self._over = server, threading.Event()
        self.growth = 0

    def _watch(self, before: int) -> None:
        while not self._over.wait(0.02):
            self.growth = max(self.growth, self._server.memory - before)

    def __enter__(self) -> "_Peak":
        self._thread = threading.Thread(target=self._watch, args=(self._server.memory,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def _read(client: Client, statement: str, **headers: str) -> int:
    """Bytes of an answer that is read and dropped."""
    connection = client.connect()
    connection.request("POST", "/", statement, {**client.credentials(), **headers})
    response = connection.getresponse()
    assert response.status == 200
    total = 0
    while part := response.read1(MEGABYTE):
        total += len(part)
    connection.close()
    return total


def test_large_results_do_not_stay(server: ServerProcess, writer: Client) -> None:
    """600 MB of answers in text, Native and JSON leave the server's memory where it was."""
    for form in ("TSV", "Native", "JSON"):
        _read(writer, f"SELECT number, toString(number) FROM numbers(100000) FORMAT {form}")
    with _Peak(server) as peak:
        assert _read(writer, "SELECT number, toString(number) FROM numbers(14000000) FORMAT TSV") > 200 * MEGABYTE
        assert _read(writer, "SELECT number, number FROM numbers(13200000) FORMAT Native") > 200 * MEGABYTE
        assert _read(writer, "SELECT number AS n FROM numbers(10000000) FORMAT JSON") > 200 * MEGABYTE
    assert peak.growth < ALLOWED, f"{peak.growth / MEGABYTE:.0f} MB"


def test_large_inserts_do_not_stay(server: ServerProcess, writer: Client, table: str) -> None:
    """300 MB of data leave the server's memory where it was."""
    block = b"".join(b"%d,a row of some length\n" % number for number in range(40_000))

    def data(size: int) -> Iterator[bytes]:
        for _ in range(size // len(block)):
            yield block

    writer.send(data(20 * MEGABYTE), query=f"INSERT INTO {table} FORMAT CSV")
    with _Peak(server) as peak:
        assert writer.send(data(300 * MEGABYTE), query=f"INSERT INTO {table} FORMAT CSV").status == 200
    assert peak.growth < 2 * ALLOWED, f"{peak.growth / MEGABYTE:.0f} MB"  # merges of the new parts take some
    rows = 40_000 * (20 * MEGABYTE // len(block) + 300 * MEGABYTE // len(block))
    assert writer.sql(f"SELECT count() FROM {table}") == str(rows)


def test_slow_reader_holds_the_engine_back(server: ServerProcess, writer: Client) -> None:
    """A client that stops reading stops the query from producing, instead of filling the server."""
    connection = writer.connect()
    connection.request("POST", "/", "SELECT repeat('x', 1000) FROM numbers(3000000)", writer.credentials())
    response = connection.getresponse()
    response.read1(1)
    with _Peak(server) as peak:
        time.sleep(1)  # long enough to produce gigabytes
    assert peak.growth < 2 * ALLOWED, f"{peak.growth / MEGABYTE:.0f} MB"  # blocks of 65,000 such rows take 65 MB
    connection.close()


def test_first_rows_come_before_the_last(writer: Client) -> None:
    """A long query's first rows arrive while it is at work."""
    connection = writer.connect()
    statement = "SELECT number, sleepEachRow(0.02) FROM numbers(100) FORMAT Native SETTINGS max_block_size = 1"
    started = time.monotonic()
    connection.request("POST", "/?client_protocol_version=54405", statement, writer.credentials())
    response = connection.getresponse()
    assert response.read1(10)
    assert time.monotonic() - started < 1
    response.read()
    assert time.monotonic() - started > 1.9
    connection.close()


def test_exception_in_mid_stream(writer: Client) -> None:
    """After the first rows an exception comes in the body between marks with the header's tag, and the body is cut."""
    connection = writer.connect()
    text = "SELECT number, throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_block_size = 10000"
    connection.request("POST", "/", text, writer.credentials())
    response = connection.getresponse()
    assert response.status == 200
    tag = response.headers["X-ClickHouse-Exception-Tag"]
    try:
        body = response.read()
        raise AssertionError("the body should break off")
    except http.client.IncompleteRead as error:
        body = error.partial
    rows, _, rest = body.partition(b"\r\n__exception__\r\n")
    assert rows.startswith(b"0\t0\n1\t0\n")
    opening, message, closing = (
        rest.split(b"\r\n", 1)[0],
        rest.split(b"\r\n", 1)[1],
        f" {tag}\r\n__exception__\r\n".encode(),
    )
    assert (len(tag), opening.decode()) == (16, tag)
    assert message.endswith(closing)
    text, _, length = message.removesuffix(closing).rpartition(b"\n")
    assert text.startswith(b"Code: 395. DB::Exception: ")
    assert int(length) == len(text) + 1
    connection.close()


def test_connections_are_used_again(writer: Client) -> None:
    """One connection carries many requests, after errors too; requests may be sent ahead."""
    connection = writer.connect()
    for statement, status in (
        ("SELECT 1", 200),
        ("SELECT nothing", 404),
        ("SELECT 2", 200),
        ("INSERT", 400),
        ("SELECT 3", 200),
    ):
        connection.request("POST", "/", statement, writer.credentials())
        response = connection.getresponse()
        response.read()
        assert response.status == status
    connection.close()
    with socket.create_connection(("127.0.0.1", writer.port)) as raw:
        lines = [f"{name}: {value}" for name, value in writer.credentials().items()]
        request = "\r\n".join(["GET /?query=SELECT+sleep(0.2) HTTP/1.1", "Host: x", *lines, "", ""]).encode()
        raw.sendall(request * 3)
        received = b""
        while received.count(b"HTTP/1.1 200 OK") < 3 or not received.endswith(b"\r\n\r\n0\n"):
            received += raw.recv(65536)
        assert received.count(b"\r\n\r\n0\n") == 3


def test_http_1_0(writer: Client) -> None:
    """An HTTP/1.0 client gets a body without chunks, ended by the end of the connection."""
    with socket.create_connection(("127.0.0.1", writer.port)) as raw:
        lines = [f"{name}: {value}" for name, value in writer.credentials().items()]
        head = "\r\n".join(["GET /?query=SELECT+number+FROM+numbers(500000) HTTP/1.0", *lines, "", ""])
        raw.sendall(head.encode())
        received = b""
        while part := raw.recv(1 << 20):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert body.count(b"\n") == 500_000


def test_no_http_at_all(writer: Client) -> None:
    """What is not HTTP gets 400 and the end of the connection."""
    with socket.create_connection(("127.0.0.1", writer.port)) as raw:
        raw.sendall(b"hello there\r\n\r\n")
        assert raw.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_small_answers_do_not_wait(writer: Client) -> None:
    """No small query takes the 40 ms of a delayed acknowledgement."""
    connection = writer.connect()
    times = []
    for _ in range(50):
        started = time.perf_counter()
        connection.request("POST", "/", "SELECT 1", writer.credentials())
        connection.getresponse().read()
        times.append(time.perf_counter() - started)
    connection.close()
    assert sorted(times)[10] < 0.02
