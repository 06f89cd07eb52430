"""Run the server in the foreground until SIGTERM or SIGINT."""

import contextlib
import fcntl
import importlib
import logging
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from local_stack.clickhouse_server.configuration import Folders, write_configuration
from local_stack.clickhouse_server.damage import Trial
from local_stack.clickhouse_server.listening import listen
from local_stack.clickhouse_server.users import Users

_OPEN_FILES = 65_536


def main() -> int:
    """Serve; the exit code is 0 after a signal, 1 if the server could not start."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        run(load_settings())
    except (Problem, ValidationError) as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - the last word, not a line of the log
        return 1
    return 0


def run(settings: Settings) -> None:
    """Serve until a signal. Raises `Problem` with one sentence if that is not possible."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    users = Users(settings)
    with contextlib.closing(listen(settings.local_clickhouse_bind, settings.clickhouse_port)) as listening:
        folders = write_configuration(settings)
        with _owned(folders):
            _use_utc()
            _allow_open_files()
            trial = Trial(folders)
            serving = importlib.import_module("local_stack.clickhouse_server.serving")  # loads the engine meanwhile
            trial.must_have_worked()
            serving.serve(settings, listening, folders, users, stop)


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


def _allow_open_files() -> None:
    """Raise the soft limit: the engine alone keeps 500 files open, and every part of a table and client needs more."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _use_utc() -> None:
    """Time is UTC, wherever the machine is. The engine looks when it is loaded."""
    os.putenv("TZ", "UTC")
    time.tzset()


if __name__ == "__main__":
    sys.exit(main())
