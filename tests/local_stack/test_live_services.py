"""The services of the live half: they run, come back, explain themselves and stop without a trace."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from landing_lab import wait_until
from support import settings_for

from contracts.settings import PROJECT, Settings, process_environment
from contracts.tables import STREAM_LAG
from local_stack import stack, supervision
from local_stack.ports import free_ports
from warehouse.client import connect
from warehouse.landed import landed_counts


def _retail(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *arguments]
    environment = process_environment(settings) | {"COLUMNS": "200"}
    return subprocess.run(
        command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=400
    )


def _landed(settings: Settings) -> int:
    return sum(landed_counts(connect(settings)).values())


def _state(settings: Settings, name: str) -> supervision.State:
    return next(state for state in supervision.states(settings) if state.name == name)


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A stack whose tiny retailer lives on at twenty events/s, with only landing hosted."""
    home = tmp_path_factory.mktemp("living") / "home"
    settings = settings_for(home, retail_live_rate=20.0, retail_metrics_port=free_ports(1)[0])
    try:
        settings = stack.up(settings, lambda _step: None)
        assert _retail(settings, "simulate", "--size", "tiny").returncode == 0
        assert _retail(settings, "up", "streaming", "live").returncode == 0
        yield settings
    finally:
        supervision.stop(settings)


@pytest.mark.long
def test_a_killed_stream_comes_back_and_goes_on(living: Settings) -> None:
    """Events flow, the streams' program is killed with all it started, and events flow again."""
    wait_until(lambda: _landed(living) > 3_600, 300)  # the history and some more
    program = psutil.Process(_state(living, "streaming").pid)
    for process in (*program.children(recursive=True), program):
        process.send_signal(signal.SIGKILL)
    before = _landed(living)
    wait_until(lambda: _state(living, "streaming").pid not in (0, program.pid), 60)
    wait_until(lambda: _landed(living) > before + 100, 300)


@pytest.mark.long
def test_status_shows_lag(living: Settings) -> None:
    """After the services the streams with what they are behind by."""
    client = connect(living)
    wait_until(lambda: client.command(f"SELECT count() FROM {STREAM_LAG}"), 120)
    result = _retail(living, "status")
    assert result.returncode == 0, result.stderr
    assert "events/s" in result.stderr
    assert any(line.split()[:1] == ["landing"] for line in result.stderr.splitlines()), result.stderr


@pytest.mark.long
def test_a_source_is_sent_by_one_program(living: Settings) -> None:
    """While the retailer lives on, a second program for the same source says who is in the way."""
    result = _retail(living, "simulate")
    assert (result.returncode, "Another program is sending the source demo." in result.stderr) == (1, True)


@pytest.mark.long
def test_backfill_beside_a_running_stream(living: Settings) -> None:
    """The stream is stopped, what raw lacks is landed, and the stream goes on."""
    client = connect(living)
    client.command("ALTER TABLE raw.raw_catalog_events DELETE WHERE _offset < 50", settings={"mutations_sync": 1})
    result = _retail(living, "backfill", "--from", "2026-01-01")
    assert result.returncode == 0, result.stderr
    # Fifty, and what came since the stream was stopped.
    assert re.search(r"catalog_events: \d+ of [\d,]+ messages were missing and are landed now", result.stderr)
    found = client.query("SELECT countIf(_offset < 50), count() - uniqExact(_offset) FROM raw.raw_catalog_events")
    assert found.result_rows == [(50, 0)]
    before = _landed(living)
    wait_until(lambda: _landed(living) > before + 50, 300)


@pytest.mark.long
def test_everything_stops_cleanly(living: Settings) -> None:
    """`down` lets the stream end its batch and the retailer its step; no process and no door of landing is left."""
    connect(living)
    pids = [_state(living, name).pid for name in ("streaming", "live")]
    assert _retail(living, "down").returncode == 0
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert not list(supervision.orphans(living))
    log = Path(supervision.log_file(living, "supervisord")).read_text()
    assert "stopped: streaming (exit status 0)" in log
    assert "stopped: live (exit status 0)" in log


def test_a_stream_signals_no_children(tmp_path: Path) -> None:
    """The supervisor's configuration stops the streams' program alone, kills all, and stops it before Kafka."""
    settings = settings_for(tmp_path)
    parser = supervision._configuration(settings)
    streaming, kafka = parser["program:streaming"], parser["program:kafka"]
    assert (streaming["stopasgroup"], streaming["killasgroup"], streaming["autostart"]) == ("false", "true", "false")
    assert int(streaming["priority"]) > int(kafka["priority"])  # the highest is stopped first
    assert parser["program:live"]["command"].endswith("-m ingestion.data_generator --live")
