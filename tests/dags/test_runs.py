"""The DAGs for real: Airflow over a laptop stack of its own with a tiny retailer."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import settings_for

from contracts.settings import PROJECT, Settings, process_environment
from local_stack import supervision
from local_stack.scheduler.api import Airflow, is_well
from warehouse.client import connect
from warehouse.create_tables import create_tables

pytestmark = [pytest.mark.long, pytest.mark.timeout(3_600)]


def _retail(settings: Settings, *arguments: str, seconds: float = 1_800) -> subprocess.CompletedProcess[str]:
    environment = process_environment(settings) | {"COLUMNS": "200"}
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(
        command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=seconds
    )


def _done(settings: Settings, *arguments: str) -> str:
    result = _retail(settings, *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stderr


@pytest.fixture(scope="module")
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Airflow over a stack whose tiny retailer has a history in the raw tables; its first runs are over."""
    passwords = {"retail_airflow_password": "airflow-of-tests", "retail_airflow_secret": "known-to-all-parts"}
    settings = settings_for(tmp_path_factory.mktemp("scheduled") / "home", **passwords)
    try:
        _done(settings, "up", "streaming")
        _done(settings, "simulate", "--size", "tiny")
        _done(settings, "land", "--once") if not supervision.is_running(settings, "streaming") else None
        told = _retail(settings, "airflow", "up")
        assert told.returncode == 0, told.stderr
        assert f"http://127.0.0.1:{settings.retail_airflow_port}; user admin, password:" in told.stderr
        assert told.stdout.strip() == "airflow-of-tests"
        _until_quiet(settings)
        yield settings
    finally:
        supervision.stop(settings)


def _until_quiet(settings: Settings) -> None:
    """Until what came up by itself has ended."""
    session, deadline = Airflow(settings), time.monotonic() + 1_800
    while True:
        runs = [session.last_run(dag) for dag in ("retail_pipeline", "data_quality")]
        if all(run and run["state"] in ("success", "failed") for run in runs):
            return
        assert time.monotonic() < deadline
        time.sleep(2)


@pytest.mark.parametrize("dag", ["retail_pipeline", "data_quality", "daily_operations"])
def test_each_dag_is_green(scheduled: Settings, dag: str) -> None:
    """Started by hand and followed to the end; a second time too: every task may run again."""
    for _ in range(2):
        assert f"{dag}: success" in _done(scheduled, "airflow", "run", dag)


def test_the_pipeline_built_what_people_read(scheduled: Settings) -> None:
    """The views hold what was simulated, and the health report was written."""
    assert int(connect(scheduled, "reader").command("SELECT count() FROM core.fact_sales")) > 1_000
    assert "# Health" in (scheduled.home / "reports" / "health.md").read_text()


def test_a_second_up_is_quick_and_changes_nothing(scheduled: Settings) -> None:
    """It finds everything running."""
    before = {state.name: state.pid for state in supervision.states(scheduled)}
    began = time.monotonic()
    _done(scheduled, "airflow", "up")
    assert time.monotonic() - began < 20
    assert {state.name: state.pid for state in supervision.states(scheduled)} == before


def test_every_door_is_on_loopback_and_locked(scheduled: Settings) -> None:
    """No part listens beyond this machine, and the API knows nobody without the password."""
    import urllib.error
    import urllib.request

    import psutil

    for state in supervision.states(scheduled):
        if state.name.startswith(("airflow", "postgres")):
            process = psutil.Process(state.pid)
            for one in (process, *process.children(recursive=True)):
                for door in one.net_connections("inet"):
                    assert door.status != "LISTEN" or door.laddr.ip in ("127.0.0.1", "::1"), (state.name, door)
    url = f"http://127.0.0.1:{scheduled.retail_airflow_port}/api/v2/dags"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(url)


def test_a_failed_test_of_a_model_stops_what_follows(scheduled: Settings) -> None:
    """A message twice in staging fails that group at its first try; nothing after runs; the alarm names the check."""
    table = "staging.stg_events__sales_messages"
    writer = connect(scheduled)
    writer.command(f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1")
    try:
        assert _retail(scheduled, "airflow", "run", "retail_pipeline").returncode == 1
        states = _states(scheduled)
        assert states["staging.build"] == "failed"
        for after in ("core.build", "kpi.build", "reporting.build", "batch", "reporting_gate", "health_report"):
            assert states[after] == "upstream_failed", states
        alarms = (scheduled.home / "logs" / "alarms.log").read_text()
        assert "retail_pipeline.staging.build failed at try 1" in alarms
        assert "unique_grain_stg_events__sales_messages" in alarms
    finally:
        writer.command(f"OPTIMIZE TABLE {table} FINAL DEDUPLICATE")


def test_a_red_raw_gate_stops_the_models(scheduled: Settings) -> None:
    """A raw table without a column of its contract: no model is built on it, at the first try; mended it is green."""
    writer = connect(scheduled)
    writer.command("ALTER TABLE raw.raw_catalog_events DROP COLUMN brand")
    try:
        assert _retail(scheduled, "airflow", "run", "retail_pipeline").returncode == 1
        states = _states(scheduled)
        assert states["raw_gate"] == "failed"
        for after in ("staging.build", "core.build", "kpi.build", "reporting.build", "batch", "reporting_gate"):
            assert states[after] == "upstream_failed", states
        alarms = (scheduled.home / "logs" / "alarms.log").read_text()
        assert "retail_pipeline.raw_gate failed at try 1" in alarms
        assert "Raw tables have the contract's columns and types" in alarms
    finally:
        create_tables(writer)


def test_a_red_reporting_gate_stops_the_refresh(scheduled: Settings) -> None:
    """A view with a rate above one: the last gate fails, readers are told amber with the reason; mended it is ok."""
    writer, status = connect(scheduled), "SELECT status, reason FROM reporting.publication_status WHERE source = 'demo'"
    writer.command("CREATE VIEW reporting.astray AS SELECT 'demo' AS source, 2.0 AS in_stock_rate")
    try:
        assert _retail(scheduled, "airflow", "run", "retail_pipeline").returncode == 1
        states = _states(scheduled)
        assert (states["batch"], states["reporting_gate"]) == ("success", "failed")
        [(now, reason)] = writer.query(status).result_rows
        assert (now, "astray" in reason) == ("amber", True), reason
        assert "retail_pipeline.reporting_gate failed at try 1" in (scheduled.home / "logs" / "alarms.log").read_text()
    finally:
        writer.command("DROP VIEW reporting.astray")
    _done(scheduled, "airflow", "run", "retail_pipeline")
    assert writer.query(status).result_rows[0][0] == "ok"


def test_a_silent_stream_is_started_again(scheduled: Settings) -> None:
    """The streams are down; the pipeline asks the supervisor, waits for a heartbeat and goes on."""
    supervision.stop_service(scheduled, "streaming")
    connect(scheduled).command("TRUNCATE TABLE monitoring.stream_lag")
    _done(scheduled, "airflow", "run", "retail_pipeline")
    assert supervision.is_running(scheduled, "streaming")


def test_services_that_do_not_answer_stop_everything(scheduled: Settings) -> None:
    """Without Kafka the first task fails after its retries, and nothing else runs."""
    supervision.stop_service(scheduled, "kafka")
    try:
        assert _retail(scheduled, "airflow", "run", "retail_pipeline").returncode == 1
        states = _states(scheduled)
        assert states.pop("infrastructure") == "failed"
        assert set(states.values()) == {"upstream_failed"}
        assert "Kafka" in (scheduled.home / "logs" / "alarms.log").read_text()
    finally:
        supervision.start_service(scheduled, "kafka")


def _states(settings: Settings) -> dict[str, str]:
    session = Airflow(settings)
    run = session.last_run("retail_pipeline")
    assert run is not None
    return {task["task_id"]: task["state"] for task in session.tasks("retail_pipeline", run["dag_run_id"])}


def test_down_leaves_the_stack_and_no_process_of_airflow(scheduled: Settings) -> None:
    """The last test: Airflow and PostgreSQL are gone with all they started, ClickHouse answers."""
    _done(scheduled, "airflow", "down")
    marks = {process.environ().get(supervision.MARK, "") for process in supervision.orphans(scheduled)}
    assert not {mark for mark in marks if mark.startswith(("airflow", "postgres"))}
    assert connect(scheduled).command("SELECT 1") == 1
    assert not is_well(scheduled)
    assert Path(scheduled.home / "postgres").exists()
