"""Lineage: who read what and wrote what, in one vocabulary, and never in the way of the work."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from support import settings_for

from contracts.lineage import tables, tell_of_dbt, told, topics, transport
from contracts.settings import PROJECT, Settings, process_environment
from contracts.tables import RAW_TABLES
from spark_jobs.batch.slices import tables_read
from spark_jobs.lineage import STREAMS
from tests.dbt_project.own_server import own_clickhouse
from warehouse.written_tables import WRITTEN_TABLES

KAFKA, WAREHOUSE = "kafka://127.0.0.1:9092", "clickhouse://127.0.0.1:8123"
MODEL = "stg_quality__publications"


def _settings(place: object) -> Settings:
    return Settings(_env_file=None, retail_openlineage=str(place))


def _events(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def _names(datasets: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(one["namespace"], one["name"]) for one in datasets}


def test_a_job_tells_its_start_and_its_end(tmp_path: Path) -> None:
    """START and COMPLETE of one run, with topics and tables named as the specification names them."""
    settings = _settings(tmp_path / "new" / "lineage.ndjson")
    with told(settings, "landing", topics(settings, "sales_events"), tables(settings, "raw.raw_sales_events")):
        pass
    start, end = _events(tmp_path / "new" / "lineage.ndjson")
    assert (start["eventType"], end["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == end["run"]["runId"]
    assert (start["job"]["namespace"], start["job"]["name"]) == ("retail", "landing")
    assert _names(end["inputs"]) == {(KAFKA, "sales_events")}
    assert _names(end["outputs"]) == {(WAREHOUSE, "raw.raw_sales_events")}


def test_a_failure_is_told_and_raised(tmp_path: Path) -> None:
    """What a job raises reaches its caller, and its run ends with FAIL."""
    settings = _settings(tmp_path / "lineage.ndjson")
    with pytest.raises(ZeroDivisionError), told(settings, "job", [], []):
        _ = 1 / 0
    assert [one["eventType"] for one in _events(tmp_path / "lineage.ndjson")] == ["START", "FAIL"]


def test_off_by_default(tmp_path: Path) -> None:
    """Without the setting nothing is written, and no client is loaded."""
    code = "from contracts.lineage import told; from contracts.settings import Settings; import sys\n"
    code += "with told(Settings(_env_file=None), 'job', [], []): pass\nprint('openlineage' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
    assert transport(Settings(_env_file=None)) == {}


def test_a_place_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The job ends as it would have; one line says that lineage was not told."""
    (tmp_path / "file").write_text("")
    done = False
    with told(_settings(tmp_path / "file" / "lineage"), "job", [], []):
        done = True
    assert done and "Lineage was not told" in capsys.readouterr().err


@pytest.fixture
def collector() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that takes events, as Marquez does, and what it was sent."""
    got: list[dict[str, Any]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_url_gets_the_events(collector: tuple[str, list[dict[str, Any]]]) -> None:
    """Each event is a POST to the server."""
    url, got = collector
    with told(_settings(url), "job", [], []):
        pass
    assert [one["eventType"] for one in got] == ["START", "COMPLETE"]


def test_streams_name_what_there_is() -> None:
    """Each stream has its place; what it writes is a table that we make, what it reads a topic or a model."""
    models = {path.stem for path in (PROJECT / "dbt_project" / "models").rglob("*.sql")}
    assert set(STREAMS) == {"landing", "sales", "inventory"}
    for read, asked, written in STREAMS.values():
        assert set(read) <= set(RAW_TABLES)
        assert {name.split(".")[1] for name in asked} <= models
        assert set(written) <= set(RAW_TABLES.values()) | set(WRITTEN_TABLES)


def test_a_report_names_the_models_it_reads() -> None:
    """The names are taken from its queries, and each is a model."""
    models = {path.stem for path in (PROJECT / "dbt_project" / "models").rglob("*.sql")}
    read = tables_read()
    assert {"kpi.mart_sales_daily", "core.dim_store"} <= set(read)
    assert {name.split(".")[1] for name in read} <= models


def test_dbt_tells_what_a_model_reads_and_writes(tmp_path: Path) -> None:
    """A model that dbt built is a job: its source table in, its own table out, under the warehouse's name."""
    with own_clickhouse() as warehouse:
        settings = warehouse.model_copy(update={"retail_openlineage": str(tmp_path / "lineage.ndjson")})
        command = [sys.executable, "-m", "cli", "dbt", "run", "--select", MODEL]
        run = subprocess.run(
            command, env=process_environment(settings), cwd=PROJECT, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr
        ended = [one for one in _events(tmp_path / "lineage.ndjson") if one["eventType"] == "COMPLETE"]
        (model,) = [one for one in ended if MODEL in one["job"]["name"].split(".")]
        where = f"clickhouse://127.0.0.1:{settings.clickhouse_port}"
        assert _names(model["inputs"]) == {(where, "monitoring.publication")}
        assert _names(model["outputs"]) == {(where, f"staging.{MODEL}")}


def test_a_command_without_results_is_passed_over(tmp_path: Path) -> None:
    """What is no build, run or test of dbt's tells nothing."""
    (tmp_path / "run_results.json").write_text('{"args": {"which": "compile"}}')
    tell_of_dbt(settings_for(tmp_path, retail_openlineage=str(tmp_path / "lineage")), tmp_path)
    assert not (tmp_path / "lineage").exists()
