"""The doctor: each trouble is found, and the command that mends it is named."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client
from support import settings_for

from contracts.settings import PROJECT, SECRETS_FILE, Settings, process_environment
from contracts.tables import PUBLICATION, QUALITY_RESULTS, RAW_TABLES, REPLACED, STREAM_LAG
from local_stack import supervision
from local_stack.doctor import data, machine, services
from local_stack.doctor.examination import examine, worst
from local_stack.doctor.findings import Finding, State
from tests.dbt_project.own_server import own_clickhouse
from warehouse.backup.store import BackupStore
from warehouse.backup.taking import take_backup
from warehouse.client import connect

SALES = RAW_TABLES["sales_events"]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Settings]:
    """Tables that tests may fill with troubles."""
    with own_clickhouse() as settings:
        connect(settings).command(
            "CREATE TABLE monitoring.dbt_invocations (command String, started_at DateTime64(3, 'UTC'), errors Int32,"
            " failures Int32) ENGINE = MergeTree ORDER BY started_at"
        )
        yield settings


@pytest.fixture
def client(warehouse: Settings) -> Iterator[Client]:
    """A connection; what the test wrote is gone afterwards."""
    client = connect(warehouse)
    yield client
    for table in (SALES, PUBLICATION, QUALITY_RESULTS, STREAM_LAG, "monitoring.dbt_invocations"):
        client.command(f"TRUNCATE TABLE {table}")
    client.command(f"DROP DATABASE IF EXISTS {REPLACED}")


def _land(client: Client, payload: str, count: int, hours_ago: int = 0) -> None:
    client.command(
        f"INSERT INTO {SALES} (_topic, _partition, _offset, _kafka_timestamp, payload)"
        f" SELECT 'sales_events', {hours_ago}, {len(payload)} * 1000 + number,"
        f" now() - INTERVAL {hours_ago} HOUR, '{payload}' FROM numbers({count})"
    )


def _seen(finding: Finding) -> tuple[State, str]:
    return finding.state, finding.remedy


def test_open_secrets_are_found(tmp_path: Path) -> None:
    """A file of passwords that others can read is broken, with the chmod that mends it; a closed one is well."""
    settings = settings_for(tmp_path)
    file = tmp_path / SECRETS_FILE
    file.write_text("CLICKHOUSE_PASSWORD=x\n")
    file.chmod(0o644)
    assert _seen(machine.secrets(settings)) == (State.BROKEN, f"chmod 600 {file}")
    file.chmod(0o600)
    assert machine.secrets(settings).state == State.OK


def test_a_port_of_somebody_else_is_found(tmp_path: Path) -> None:
    """While the stack is down, a port that something holds is named with its setting."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        found = machine.ports(settings_for(tmp_path, kafka_port=port))
    assert (found.state, f"{port} (KAFKA_PORT)" in found.says) == (State.BROKEN, True)
    assert machine.ports(settings_for(tmp_path)).state == State.OK


def test_missing_archives_and_other_packages_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder of archives is mended by up, a package of another version by making the environment again."""
    assert machine.jars(settings_for(tmp_path, retail_jars=tmp_path)).remedy == "./retail up brings them"
    assert machine.packages(settings_for(tmp_path)).state == State.OK
    monkeypatch.setattr(machine, "version", lambda _name: "0.0.1")
    assert "rm .venv/.installed" in machine.packages(settings_for(tmp_path)).remedy


def test_a_filling_disk_warns_and_a_full_one_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below 10 GB it warns, below twice what the stack needs to start it is broken; both point to the runbook."""
    for free, state in ((50e9, State.OK), (9e9, State.WARNING), (1.5e9, State.BROKEN)):
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _path, free=free: type("Use", (), {"free": free}))
        assert machine.disk(settings_for(tmp_path)).state == state


def test_a_stack_that_is_down(tmp_path: Path) -> None:
    """One line says what starts it; data is not guessed at; exit code 1; a program reads the same as JSON."""
    settings = settings_for(tmp_path, kafka_host="127.0.0.1")
    found = dict(examine(settings))
    assert _seen(found["services"]) == (State.BROKEN, "./retail up")
    assert found["data"].state == State.WARNING and "freshness" in found["data"].says
    assert worst(list(found.values())) == State.BROKEN
    command = [sys.executable, "-m", "cli", "doctor", "--json"]
    environment = process_environment(settings)
    said = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    told = {one["check"]: one for one in json.loads(said.stdout)}
    assert (said.returncode, told["services"]["state"], told["services"]["remedy"]) == (1, "broken", "./retail up")


def test_a_stack_that_is_up(running_stack: Settings) -> None:
    """Every service answers, topics have their partitions, clocks agree."""
    for name, check in services.CHECKS.items():
        assert check(running_stack).state == State.OK, name


def test_rejected_messages_are_found(warehouse: Settings, client: Client) -> None:
    """None of none is well; more than a tenth of a day's messages in quarantine is broken; older ones do not count."""
    assert data.quarantine(warehouse, client).state == State.OK
    _land(client, "old", 5, hours_ago=30)
    assert data.quarantine(warehouse, client).says.startswith("0 of 0 ")
    _land(client, "broken", 3)
    assert _seen(data.quarantine(warehouse, client)) == (State.BROKEN, "./retail quarantine list")
    assert data.quarantine(warehouse, client).says.startswith("3 of 3 ")


def test_old_data_is_found(warehouse: Settings, client: Client) -> None:
    """Empty raw and a newest message of more than a day ago warn; one of an hour ago does not."""
    assert data.freshness(warehouse, client).says == "raw is empty"
    _land(client, "x", 1, hours_ago=25)
    assert data.freshness(warehouse, client).state == State.WARNING
    _land(client, "y", 1, hours_ago=1)
    assert _seen(data.freshness(warehouse, client)) == (State.OK, "")


def test_a_red_build_is_found(warehouse: Settings, client: Client) -> None:
    """Only the last build counts: red is broken, green is well, a day old warns, none warns."""
    assert data.builds(warehouse, client).remedy == "./retail dbt build"
    insert = "INSERT INTO monitoring.dbt_invocations SELECT 'build', now() - INTERVAL {hours} HOUR, 0, {failures}"
    for hours, failures, state in ((40, 0, State.WARNING), (3, 2, State.BROKEN), (1, 0, State.OK)):
        client.command(insert.format(hours=hours, failures=failures))
        assert data.builds(warehouse, client).state == state


def test_silent_and_lagging_streams_are_found(warehouse: Settings, client: Client) -> None:
    """No stream ever: it warns. One a million behind is broken; one that is near is well."""
    assert _seen(data.streams(warehouse, client)) == (State.WARNING, "./retail up streaming")
    row = "INSERT INTO monitoring.stream_lag VALUES ('landing', 'sales_events', 0, 1, 1, {lag}, now64(3) + {later})"
    client.command(row.format(lag=1_000_000, later=0))
    assert _seen(data.streams(warehouse, client)) == (State.BROKEN, "docs/runbooks/lag_grows.md")
    client.command(row.format(lag=5, later=1))
    assert data.streams(warehouse, client).says == "landing 5 behind"


def test_stale_figures_and_red_gates_are_found(warehouse: Settings, client: Client) -> None:
    """An amber publication warns with its reason; a critical expectation of the last run that failed is broken."""
    assert data.gates(warehouse, client).state == State.WARNING
    insert = f"INSERT INTO {QUALITY_RESULTS} (gate, suite, severity, success, run_at, run_id) VALUES"
    client.command(f"{insert} ('raw', 's', 'critical', false, now64(3) - 60, 'one')")
    assert _seen(data.gates(warehouse, client)) == (State.BROKEN, "./retail quality raw")
    client.command(f"{insert} ('raw', 's', 'critical', true, now64(3), 'two')")
    assert data.gates(warehouse, client).state == State.OK
    insert = f"INSERT INTO {PUBLICATION} (source, status, reason, checked_at) VALUES"
    client.command(f"{insert} ('demo', 'amber', 'tickets are missing', now64(3) - 60)")
    assert data.publication(warehouse, client).says == "demo is stale: tickets are missing"
    client.command(f"{insert} ('demo', 'ok', '', now64(3))")
    assert data.publication(warehouse, client).state == State.OK


def test_backups_and_restores_are_looked_at(
    warehouse: Settings, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No backup warns, a new one is well, one older than a day warns; a restore that was cut short is broken."""
    settings = warehouse.model_copy(update={"retail_backups": str(tmp_path)})
    assert _seen(data.backup(settings, client)) == (State.WARNING, "./retail backup")
    store = BackupStore(settings.backups, settings.backup_folder)
    take_backup(client, store, "raw-only", False, lambda _said: None)
    assert data.backup(settings, client).state == State.OK
    monkeypatch.setattr(data, "_BACKUP_H", -1)
    assert _seen(data.backup(settings, client)) == (State.WARNING, "./retail backup --incremental")
    client.command(f"CREATE DATABASE {REPLACED}")
    assert _seen(data.backup(settings, client)) == (State.BROKEN, "./retail restore")
    with supervision.alone(settings, "backup"):
        assert data.backup(settings, client).says == "one is being made or restored now"
