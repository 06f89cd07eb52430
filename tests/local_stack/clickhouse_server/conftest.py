"""A real server for all tests of it, and fresh ones for tests that break theirs."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import settings_for

from tests.local_stack.clickhouse_server.wire import Client, ServerProcess


@pytest.fixture(scope="session")
def server() -> Iterator[ServerProcess]:
    """One server, shared: tests leave its tables as they found them."""
    home = Path(tempfile.mkdtemp(prefix="retail-clickhouse-"))
    process = ServerProcess(settings_for(home)).start()
    yield process
    assert process.stop() == 0, process.log.read_text()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def writer(server: ServerProcess) -> Client:
    """The user that may write."""
    return server.writer


@pytest.fixture
def reader(server: ServerProcess) -> Client:
    """The user that may only read."""
    return server.reader


@pytest.fixture
def table(writer: Client) -> Iterator[str]:
    """An empty table (a Int32, s String) in the database `default`."""
    name = "t_of_test"
    writer.sql(f"CREATE OR REPLACE TABLE {name} (a Int32, s String) ENGINE = MergeTree ORDER BY a")
    yield name
    writer.sql(f"DROP TABLE IF EXISTS {name} SYNC")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """Makes servers that belong to one test, with other settings; not started yet."""
    made: list[ServerProcess] = []

    def make(**changes: object) -> ServerProcess:
        home = changes.pop("retail_home", tmp_path / "home")
        made.append(ServerProcess(settings_for(home, **changes)))
        return made[-1]

    yield make
    for process in made:
        process.end()
