"""The laptop's ClickHouse server beside the bare engine it is made of: small queries, inserts and selects.

`python -m bench.clickhouse` starts a server of its own, takes about a minute on two idle cores and cleans up. What
counts are the ratios: both sides run the same engine on the same data, one after the other, the best of three each.
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
from urllib.parse import quote

from contracts.settings import PROJECT, Settings, load_settings, process_environment
from local_stack.ports import free_ports

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
SMALL = ("SELECT 1", f"SELECT price, note FROM {TABLE} WHERE id = 1234567")


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


def best(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Seconds of the quickest try."""
    seconds = []
    for _ in range(TRIES):
        before()
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def bare_engine(folder: Path, answers: Connection) -> None:
    """Runs in a process of its own: make the data files, measure inserts, the select and small queries."""
    import chdb  # here, so that only this process has an engine

    session = chdb.connect(str(folder / "bare"))
    session.query("SET max_threads = 2")
    for form, rows in SIZES.items():
        answers.send(f"making {rows:,} rows of {form}")
        with (folder / form).open("wb") as file:
            file.write(session.query(f"{ROWS}({rows})", form).bytes())

    def clear() -> None:
        session.query(f"DROP TABLE IF EXISTS {TABLE} SYNC")
        session.query(f"CREATE TABLE {TABLE} ({COLUMNS}) ENGINE = MergeTree ORDER BY id")

    def insert(form: str) -> None:
        with session.send_insert(f"INSERT INTO {TABLE}", form) as target, (folder / form).open("rb") as file:
            while chunk := file.read(CHUNK):
                target.append(chunk)
            target.finish()

    def select() -> None:
        for block in session.send_query(f"SELECT * FROM {TABLE}", "Native"):
            block.bytes()

    seconds = {}
    for form in ("JSONEachRow", "ArrowStream", "Native"):
        answers.send(f"bare engine: inserting {form}")
        seconds[f"insert {form}"] = best(lambda form=form: insert(form), clear)
    answers.send("bare engine: selecting Native")
    seconds["select Native"] = best(select)
    for statement in SMALL:
        seconds[statement] = (
            best(lambda statement=statement: [session.query(statement, "Native") for _ in range(200)]) / 200
        )
    answers.send(seconds)


def measure_bare(folder: Path) -> dict[str, float]:
    """Seconds of the bare engine, by what it did."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=bare_engine, args=(folder, theirs))
    process.start()
    while isinstance(said := ours.recv(), str):
        tell(said)
    process.join()
    return said


def measure_server(settings: Settings, folder: Path) -> dict[str, float]:
    """Seconds of the same through HTTP."""
    wire = Wire(settings)

    def clear() -> None:
        wire.run(f"DROP TABLE IF EXISTS {TABLE} SYNC")
        wire.run(f"CREATE TABLE {TABLE} ({COLUMNS}) ENGINE = MergeTree ORDER BY id")

    seconds = {}
    for form in ("JSONEachRow", "ArrowStream", "Native"):
        tell(f"server: inserting {form}")
        statement = f"INSERT INTO {TABLE} FORMAT {form}"
        seconds[f"insert {form}"] = best(
            lambda form=form, statement=statement: wire.run(statement, folder / form), clear
        )
    tell("server: selecting Native")
    seconds["select Native"] = best(lambda: wire.run(f"SELECT * FROM {TABLE} FORMAT Native"))
    return seconds


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


def report(bare: dict[str, float], server: dict[str, float], sizes: dict[str, int]) -> None:
    """Throughput of both, and the ratio."""
    print(f"\n{'throughput, best of ' + str(TRIES):34}{'bare engine':>22}{'server':>22}{'ratio':>8}")
    for name, seconds in server.items():
        form = name.split()[-1]
        both = [
            f"{SIZES[form] / time / 1e6:6.2f} M rows/s {sizes[form] / time / 1e6:6.0f} MB/s"
            for time in (bare[name], seconds)
        ]
        print(f"{name:34}{both[0]:>22}{both[1]:>22}{bare[name] / seconds:8.2f}")


def report_latency(settings: Settings, bare: dict[str, float]) -> None:
    """Small queries, with one client and with 32."""
    print(f"\n{'small queries':48}{'p50':>10}{'p99':>10}{'queries/s':>11}{'bare engine':>13}")
    for statement in SMALL:
        for clients, each in ((1, 500), (32, 40)):
            tell(f"server: {clients} × {statement}")
            started = time.perf_counter()
            seconds = latencies(settings, statement, clients, each)
            rate = len(seconds) / (time.perf_counter() - started)
            p50, p99 = seconds[len(seconds) // 2] * 1000, seconds[int(len(seconds) * 0.99)] * 1000
            label = (
                f"{statement[:30]} … {clients:2} clients"
                if len(statement) > 30
                else f"{statement}, {clients:2} clients"
            )
            print(f"{label:48}{p50:7.2f} ms{p99:7.2f} ms{rate:11.0f}{bare[statement] * 1000:10.2f} ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--running", action="store_true", help="measure the server the settings name, not one of its own"
    )
    running = parser.parse_args().running
    folder = Path(tempfile.mkdtemp(prefix="retail-bench-data-"))
    try:
        bare = measure_bare(folder)
        sizes = {form: (folder / form).stat().st_size for form in SIZES}
        with contextlib.nullcontext(load_settings()) if running else own_server() as settings:
            report(bare, measure_server(settings, folder), sizes)
            report_latency(settings, bare)
            Wire(settings).run(f"DROP TABLE {TABLE} SYNC")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
