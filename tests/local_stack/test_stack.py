"""The stack of one home: it comes up, heals, explains itself and goes without a trace."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from support import settings_for

from contracts.events import CATALOG, INVENTORY, SALES
from contracts.problems import Problem
from contracts.settings import PROJECT, SECRETS_FILE, Settings, process_environment
from ingestion.publisher import Publisher
from ingestion.topics import event_counts
from local_stack import stack, supervision
from local_stack.kafka_broker.client import broker_answers
from warehouse.client import connect


def _wait(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.2)


def _retail(settings: Settings, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *arguments]
    environment = process_environment(settings) | {"COLUMNS": "200"}
    return subprocess.run(
        command, env=environment, cwd=PROJECT, capture_output=True, text=True, input=answer, check=False, timeout=240
    )


def _pid(settings: Settings, name: str) -> int:
    return next(state.pid for state in supervision.states(settings) if state.name == name)


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A stack that tests may break; the test that ends it comes last."""
    settings = settings_for(tmp_path_factory.mktemp("broken") / "home")
    yield stack.up(settings, lambda _step: None)
    supervision.stop(settings)


def test_killed_services_come_back_with_their_data(own_stack: Settings) -> None:
    """Broker and database, killed, are there again by themselves and hold what they held."""
    connect(own_stack).command("CREATE TABLE staging.kept (n UInt8) ENGINE = MergeTree ORDER BY n")
    connect(own_stack).command("INSERT INTO staging.kept VALUES (7)")
    publisher = Publisher(own_stack)
    publisher.send((SALES, b"key", b"value %d" % number) for number in range(50))
    publisher.flush()
    before = {name: _pid(own_stack, name) for name in ("clickhouse", "kafka")}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    _wait(lambda: all(_pid(own_stack, name) not in (0, pid) for name, pid in before.items()))
    _wait(lambda: stack.clickhouse_answers(own_stack) and broker_answers(own_stack))
    assert connect(own_stack).command("SELECT n FROM staging.kept") == 7
    assert event_counts(own_stack) == {SALES: 50, INVENTORY: 0, CATALOG: 0}


def test_second_up_changes_nothing(running_stack: Settings) -> None:
    """`up` on a running stack keeps the processes."""
    before = [state.pid for state in supervision.states(running_stack)]
    assert _retail(running_stack, "up").returncode == 0
    assert [state.pid for state in supervision.states(running_stack)] == before


def test_secrets_are_their_owners(running_stack: Settings, tmp_path: Path) -> None:
    """Passwords that nobody set are drawn, kept, and readable by their owner only."""
    settings = settings_for(tmp_path, clickhouse_password="", clickhouse_reader_password="")
    from local_stack.secrets import ensure_secrets

    ensure_secrets(settings)
    file = tmp_path / SECRETS_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    names = [line.split("=")[0] for line in file.read_text().splitlines()]
    assert names == ["CLICKHOUSE_PASSWORD", "CLICKHOUSE_READER_PASSWORD", "RETAIL_ERASURE_SALT"]
    assert all(len(line.split("=")[1]) >= 32 for line in file.read_text().splitlines())


def test_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    """A port that something else holds gives one sentence that names the setting, exit code 1 and no traceback."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        result = _retail(settings_for(tmp_path / "home", kafka_port=port), "up")
    assert result.returncode == 1
    assert f"Port {port} is in use." in result.stderr
    assert "KAFKA_PORT" in result.stderr
    assert "Traceback" not in result.stderr


def test_missing_archives_are_a_sentence(tmp_path: Path) -> None:
    """The broker without its archives says which folder and what to do."""
    settings = settings_for(tmp_path / "home", retail_jars=tmp_path / "none")
    command = [sys.executable, "-m", "local_stack.kafka_broker"]
    result = subprocess.run(
        command, env=process_environment(settings), cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "./retail up" in result.stderr
    assert "Traceback" not in result.stderr


def test_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little room stops `up` before anything starts."""
    monkeypatch.setattr(stack, "LEAST_FREE_BYTES", 1 << 60)
    with pytest.raises(Problem, match="The disk is full"):
        stack.up(settings_for(tmp_path / "home"), lambda _step: None)


def test_status_of_nothing_says_so(tmp_path: Path) -> None:
    """`status` without a stack exits with 3 and says how to start one."""
    result = _retail(settings_for(tmp_path / "home"), "status")
    assert (result.returncode, "./retail up" in result.stderr) == (3, True)


def test_reset_asks_first(tmp_path: Path) -> None:
    """`reset` deletes nothing when the answer is no, and everything but the archives when it is yes."""
    settings = settings_for(tmp_path / "home")
    data = settings.home / "clickhouse" / "part"
    for file in (data, settings.home / "jars" / "kafka.jar"):
        file.parent.mkdir(parents=True)
        file.write_text("x")
    assert _retail(settings, "reset", answer="n\n").returncode == 1
    assert data.exists()
    assert _retail(settings, "reset", answer="y\n").returncode == 0
    assert sorted(path.name for path in settings.home.iterdir()) == ["jars"]


def test_sql_prints_data_only(running_stack: Settings) -> None:
    """`sql` writes the rows to stdout, tab-separated without a header, and nothing else."""
    result = _retail(running_stack, "sql", "select 1, 'a b' union all select 2, 'c' order by 1")
    assert (result.returncode, result.stdout, result.stderr) == (0, "1\ta b\n2\tc\n", "")


def test_sql_takes_any_format(running_stack: Settings) -> None:
    """`--format` is the engine's."""
    assert _retail(running_stack, "sql", "select 1 as n", "--format", "JSONEachRow").stdout == '{"n":1}\n'


def test_sql_reads_only_unless_told(running_stack: Settings) -> None:
    """`sql` may not write without `--write`, and says so in a sentence."""
    statement = "create table staging.of_sql (n UInt8) engine = Memory"
    refused = _retail(running_stack, "sql", statement)
    assert (refused.returncode, "--write" in refused.stderr, "Traceback" in refused.stderr) == (1, True, False)
    assert _retail(running_stack, "sql", statement, "--write").returncode == 0


def test_sql_error_is_the_engines(running_stack: Settings) -> None:
    """A wrong statement gives exit code 1 and the engine's own words."""
    result = _retail(running_stack, "sql", "selec 1")
    assert (result.returncode, result.stdout) == (1, "")
    assert "SYNTAX_ERROR" in result.stderr


def test_wrong_setting_is_named(tmp_path: Path) -> None:
    """A setting of the wrong type is named, without a traceback."""
    environment = process_environment(settings_for(tmp_path)) | {"CLICKHOUSE_PORT": "many"}
    command = [sys.executable, "-m", "cli", "status"]
    result = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "CLICKHOUSE_PORT" in result.stderr
    assert "Traceback" not in result.stderr


def test_down_leaves_no_process(own_stack: Settings) -> None:
    """After `down` nothing of this home runs, though the supervisor itself had been killed."""
    pids = [_pid(own_stack, name) for name in ("clickhouse", "kafka")]
    supervisor = psutil.Process(pids[0]).parent()
    supervisor.kill()
    result = _retail(own_stack, "down")
    assert result.returncode == 0, result.stderr
    assert not [pid for pid in (*pids, supervisor.pid) if psutil.pid_exists(pid)]
    assert not list(supervision.orphans(own_stack))
