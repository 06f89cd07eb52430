"""A ClickHouse of our own, with empty raw tables, on a free port and in a home that goes with it."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.settings import PROJECT, Settings
from local_stack.stack import clickhouse_answers
from tests.support import settings_for
from warehouse.client import connect
from warehouse.create_tables import create_tables

START_SECONDS = 60


@contextmanager
def own_clickhouse() -> Iterator[Settings]:
    """Settings of a running server; it is stopped and its home removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="retail-dbt-"))
    settings = settings_for(home)
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "local_stack.clickhouse_server"],
            env={**settings.environment(), "PATH": "/usr/bin:/bin"},
            cwd=PROJECT,
            stderr=log,
        )
    try:
        _wait_until_up(settings, server)
        create_tables(connect(settings))
        yield settings
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(home, ignore_errors=True)


def _wait_until_up(settings: Settings, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not clickhouse_answers(settings):
        assert server.poll() is None, (settings.home / "server.log").read_text()
        assert time.monotonic() < deadline, "ClickHouse did not start"
        time.sleep(0.2)
