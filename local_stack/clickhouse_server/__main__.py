"""Run the server in the foreground until SIGTERM or SIGINT."""

import contextlib
import fcntl
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from local_stack.clickhouse_server.admission import Admission
from local_stack.clickhouse_server.configuration import Folders, write_configuration
from local_stack.clickhouse_server.engine import Engine
from local_stack.clickhouse_server.home import Home
from local_stack.clickhouse_server.permissions import Permissions
from local_stack.clickhouse_server.server import Server, listen
from local_stack.clickhouse_server.sessions import Sessions
from local_stack.clickhouse_server.startup import can_open, create_views, open_engine, prepare
from local_stack.clickhouse_server.users import Users

_log = logging.getLogger("clickhouse_server")
_PATIENCE_SECONDS = 5  # for the queries at work when the server is told to stop


def main() -> int:
    """Serve; the exit code is 0 after a signal, 1 if the server could not start."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        run(load_settings())
    except Problem as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def run(settings: Settings) -> None:
    """Serve until a signal. Raises `Problem` with one sentence if that is not possible."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        users = Users(settings)
    except ValueError as error:
        raise Problem(str(error)) from None
    listening = listen(settings.local_clickhouse_bind, settings.clickhouse_port)
    with contextlib.closing(listening):
        folders = write_configuration(settings)
        with _owned(folders), _opened(folders) as engine:
            _serve(settings, listening, folders, engine, users, stop)


def _serve(
    settings: Settings,
    listening: socket.socket,
    folders: Folders,
    engine: Engine,
    users: Users,
    stop: threading.Event,
) -> None:
    limit = settings.local_clickhouse_max_queries
    pool = ThreadPoolExecutor(limit, thread_name_prefix="query")
    sessions = Sessions(engine)
    admission = Admission(limit)
    home = Home(
        engine, folders, sessions, admission, Permissions(engine), pool, settings.local_clickhouse_session_timeout_s
    )
    server = Server(listening, home, users, int(settings.local_clickhouse_max_body_gb * 1024**3))
    threading.Thread(target=server.serve, daemon=True).start()
    _log.info("ClickHouse %s listens on %s:%s", engine.version, *listening.getsockname()[:2])
    while not stop.wait(1):
        sessions.end_idle()
    _log.info("stopping")
    server.stop()
    if not admission.wait_until_idle(_PATIENCE_SECONDS):
        server.disconnect()
        admission.wait_until_idle(_PATIENCE_SECONDS)
    pool.shutdown(wait=True)
    sessions.close()


@contextlib.contextmanager
def _owned(folders: Folders) -> Iterator[None]:
    """Hold the data folder alone; the lock ends with the process, however it ends."""
    with Path(folders.root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(
                f"Another process has the data folder {folders.root} open.", "Stop it, or set another RETAIL_HOME."
            ) from None
        yield


@contextlib.contextmanager
def _opened(folders: Folders) -> Iterator[Engine]:
    prepare(folders)
    if reason := can_open(folders):
        raise Problem(
            f"The engine cannot open the data folder {folders.data}: {reason}.",
            "Restore it from a backup, or move it away to start empty.",
        )
    with contextlib.closing(open_engine(folders)) as engine:
        create_views(engine)
        yield engine


if __name__ == "__main__":
    sys.exit(main())
