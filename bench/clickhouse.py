"""The laptop's ClickHouse server beside the bare engine it is made of: small queries, inserts and selects.

`python -m bench.clickhouse` starts a server of its own, takes about a minute on two idle cores and cleans up. What
counts are the ratios: both sides run the same engine on the same data, in turns, the best of three each.
"""

import argparse
import contextlib
import http.client
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from contracts.settings import PROJECT, Settings, load_settings, process_environment
from local_stack.ports import free_ports

if TYPE_CHECKING:
    import chdb

TABLE = "bench_clickhouse"
COLUMNS = (
    "id UInt64, at DateTime, store LowCardinality(String), quantity Decimal(18, 3), price Decimal(18, 4), note String"
)
ROWS = """
SELECT number AS id, toDateTime('2026-01-01 00:00:00') + number % 10000000 AS at,
    concat('store ', toString(number % 50)) AS store,
    toDecimal64(number % 7, 3) AS quantity, toDecimal64(number % 1000, 4) / 7 AS price, hex(sipHash128(number)) AS note
FROM numbers"""
SIZES = {"Native": 3_000_000, "ArrowStream": 3_000_000, "JSONEachRow": 1_000_000}
TRIES = 3
CHUNK = 1 << 20
SMALL = {"SELECT 1": "SELECT 1", "one row by its key": f"SELECT price, note FROM {TABLE} WHERE id = 1234567"}
CREATE = f"CREATE TABLE {TABLE} ({COLUMNS}) ENGINE = MergeTree ORDER BY id"


class Wire:
    """One connection to the server, with a user's credentials."""

    def __init__(self, settings: Settings) -> None:
        self._connection = http.client.HTTPConnection(settings.clickhouse_host, settings.clickhouse_port, timeout=120)
        password = settings.clickhouse_password.get_secret_value()
        self._headers = {"X-ClickHouse-User": settings.clickhouse_user, "X-ClickHouse-Key": password}

    def run(self, statement: str, data: Path | None = None) -> int:
        """Bytes of the answer, read and dropped. Ends the program over an error."""
        url = "/?query=" + quote(statement)
        if data:
            with data.open("rb") as body:
                length = {"Content-Length": str(data.stat().st_size)}
                self._connection.blocksize = CHUNK
                self._connection.request("POST", url, body, {**self._headers, **length})
        else:
            self._connection.request("POST", url, b"", self._headers)
        response = self._connection.getresponse()
        if response.status != 200:
            sys.exit(f"{statement[:60]}: {response.read().decode()}")
        size = 0
        while part := response.read1(CHUNK):
            size += len(part)
        response.read()  # frees the connection
        return size


class BareEngine:
    """The engine alone, in a process of its own that times what it is told to do."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve_bare, args=(folder, theirs), daemon=True)
        self._process.start()

    def run(self, *order: object) -> float:
        """Seconds an order took: ("make", format), ("insert", format), ("select",) or ("small", statement)."""
        self._pipe.send(order)
        return self._pipe.recv()

    def close(self) -> None:
        """End its process."""
        self._pipe.send(None)
        self._process.join()


def _serve_bare(folder: Path, pipe: Connection) -> None:
    import chdb  # here, so that only this process has an engine

    session = chdb.connect(str(folder / "bare"))
    session.query("SET max_threads = 2")
    work = {"make": _make, "insert": _insert, "select": _select, "small": _small}
    while order := pipe.recv():
        name, *arguments = order
        if name == "insert":
            session.query(f"DROP TABLE IF EXISTS {TABLE} SYNC")
            session.query(CREATE)
        started = time.perf_counter()
        work[name](session, folder, *arguments)
        pipe.send(time.perf_counter() - started)
    session.close()


def _make(session: "chdb.Connection", folder: Path, form: str) -> None:
    (folder / form).write_bytes(session.query(f"{ROWS}({SIZES[form]})", form).bytes())


def _insert(session: "chdb.Connection", folder: Path, form: str) -> None:
    with session.send_insert(f"INSERT INTO {TABLE}", form) as target, (folder / form).open("rb") as file:
        while chunk := file.read(CHUNK):
            target.append(chunk)
        target.finish()


def _select(session: "chdb.Connection", _folder: Path) -> None:
    for block in session.send_query(f"SELECT * FROM {TABLE}", "Native"):
        block.bytes()


def _small(session: "chdb.Connection", _folder: Path, statement: str) -> None:
    session.query(statement, "Native")


def timed(work: Callable[[], object]) -> float:
    """Seconds it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def throughputs(settings: Settings, bare: BareEngine, folder: Path) -> Iterator[tuple[str, str, float, float]]:
    """Name, format, seconds of the bare engine, seconds of the server; tries of both take turns, the best counts."""
    wire = Wire(settings)

    def insert(form: str) -> float:
        wire.run(f"DROP TABLE IF EXISTS {TABLE} SYNC")
        wire.run(CREATE)
        return timed(lambda: wire.run(f"INSERT INTO {TABLE} FORMAT {form}", folder / form))

    def select() -> float:
        return timed(lambda: wire.run(f"SELECT * FROM {TABLE} FORMAT Native"))

    for form in ("JSONEachRow", "ArrowStream", "Native"):
        tell(f"inserting {form}")
        tries = [(bare.run("insert", form), insert(form)) for _ in range(TRIES)]
        yield f"insert {form}", form, *map(min, zip(*tries, strict=True))
    tell("selecting Native")
    tries = [(bare.run("select"), select()) for _ in range(TRIES)]
    yield "select Native", "Native", *map(min, zip(*tries, strict=True))


def latencies(settings: Settings, statement: str, clients: int, each: int) -> list[float]:
    """Sorted seconds of `each` queries of every one of `clients` at once, each on a connection that stays."""
    seconds: list[float] = []

    def ask() -> None:
        wire = Wire(settings)
        mine = []
        for _ in range(each):
            started = time.perf_counter()
            wire.run(statement)
            mine.append(time.perf_counter() - started)
        seconds.extend(mine)

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(seconds)


@contextlib.contextmanager
def own_server() -> Iterator[Settings]:
    """A server on a free port, in a home that goes away with it."""
    home = Path(tempfile.mkdtemp(prefix="retail-bench-"))
    settings = load_settings().model_copy(update={"retail_home": home, "clickhouse_port": free_ports(1)[0]})
    with (home / "server.log").open("w") as log:
        command = [sys.executable, "-m", "local_stack.clickhouse_server"]
        server = subprocess.Popen(command, env=process_environment(settings), cwd=PROJECT, stderr=log)
    try:
        wait_until_up(settings, server)
        yield settings
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(home, ignore_errors=True)


def wait_until_up(settings: Settings, server: subprocess.Popen) -> None:
    """Return when the server answers. Ends the program if it does not start."""
    while True:
        with contextlib.suppress(OSError):
            Wire(settings).run("SELECT 1")
            return
        if server.poll() is not None:
            sys.exit((settings.home / "server.log").read_text())
        time.sleep(0.1)


def tell(text: str) -> None:
    """One line of progress, on stderr."""
    print(f"  {text} …", file=sys.stderr, flush=True)


def report_throughput(settings: Settings, bare: BareEngine, folder: Path) -> None:
    """Rows and bytes per second of both, and the ratio."""
    print(f"\n{'throughput, best of ' + str(TRIES):24}{'bare engine':>28}{'server':>28}{'ratio':>8}")
    for name, form, alone, served in throughputs(settings, bare, folder):
        size = (folder / form).stat().st_size
        both = [
            f"{SIZES[form] / seconds / 1e6:5.2f} M rows/s {size / seconds / 1e6:5.0f} MB/s"
            for seconds in (alone, served)
        ]
        print(f"{name:24}{both[0]:>28}{both[1]:>28}{alone / served:8.2f}", flush=True)


def report_latency(settings: Settings, bare: BareEngine) -> None:
    """Small queries, with one client and with 32, beside the bare engine with one."""
    print(f"\n{'small queries':52}{'p50':>10}{'p99':>10}{'queries/s':>11}")
    for title, statement in SMALL.items():
        alone = sorted(bare.run("small", statement) for _ in range(200))
        show_latency(f"{title}, bare engine", alone, len(alone) / sum(alone))
        for clients, each in ((1, 500), (32, 40)):
            tell(f"{clients} × {title}")
            started = time.perf_counter()
            seconds = latencies(settings, statement, clients, each)
            show_latency(
                f"{title}, {clients} client{'s' * (clients > 1)}",
                seconds,
                len(seconds) / (time.perf_counter() - started),
            )


def show_latency(title: str, seconds: list[float], rate: float) -> None:
    """One line of sorted seconds."""
    p50, p99 = seconds[len(seconds) // 2] * 1000, seconds[int(len(seconds) * 0.99)] * 1000
    print(f"{title:52}{p50:7.2f} ms{p99:7.2f} ms{rate:11.0f}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--running", action="store_true", help="measure the server the settings name, not one of its own"
    )
    running = parser.parse_args().running
    folder = Path(tempfile.mkdtemp(prefix="retail-bench-data-"))
    bare = BareEngine(folder)
    try:
        for form, rows in SIZES.items():
            tell(f"making {rows:,} rows of {form}")
            bare.run("make", form)
        with contextlib.nullcontext(load_settings()) if running else own_server() as settings:
            report_throughput(settings, bare, folder)
            report_latency(settings, bare)
            Wire(settings).run(f"DROP TABLE {TABLE} SYNC")
    finally:
        bare.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
