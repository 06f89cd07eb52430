"""What Airflow costs: dbt's models as tasks against one `dbt build`, reading the DAGs, waiting, memory at rest.

`python -m bench.airflow [--size small] [--grains layers models]` simulates a retailer in a stack of its own that goes
away afterwards. The streams run all the time, without news. Waiting is from when a task may start to when it does.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psutil

from bench._stack import own_stack
from cli.programs import run_dbt, run_python
from contracts.settings import PROJECT, Settings
from local_stack import stack, supervision
from local_stack.keep_streaming import Limits, keep
from local_stack.scheduler import lifecycle
from local_stack.scheduler.api import Airflow
from local_stack.scheduler.environment import DAGS, airflow_environment

PIPELINE = "retail_pipeline"
GROUPS = ("staging.", "core.", "kpi.", "reporting.")
REST_SECONDS = 60


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="small", help="of the simulated retailer (%(default)s)")
    parser.add_argument("--grains", nargs="+", default=["layers", "models"], choices=["layers", "models"])
    options = parser.parse_args()
    with own_stack() as settings:
        _must(run_python(settings, "ingestion.data_generator", "--size", options.size))
        _must(run_python(settings, "spark_jobs.land_events", "--once"))
        supervision.start_service(settings, "streaming")
        keep(settings, Limits())
        build(settings, "first `dbt build`")
        plain = min(build(settings, "`dbt build` over what is built") for _ in range(2))
        for grain in options.grains:
            measure(settings.model_copy(update={"retail_airflow_dbt_tasks": grain}), grain, plain)


def build(settings: Settings, title: str) -> float:
    """Seconds of one `dbt build` without unit tests, as Airflow's tasks do it."""
    seconds = timed(lambda: _must(run_dbt(settings, ["--quiet", "build", "--exclude-resource-type", "unit_test"])))
    print(f"{seconds:9.1f} s  {title}", flush=True)
    return seconds


def measure(settings: Settings, grain: str, plain: float) -> None:
    """Everything with tasks so fine."""
    print(f"\n{grain}", flush=True)
    with airflow(settings) as running:
        print(f"{reading(running):9.1f} s  reading the DAG of the pipeline", flush=True)
        session = Airflow(running)
        at_rest(running, session)
        run = session.start(PIPELINE)
        wait(session, run)
        tell(session.tasks(PIPELINE, run), plain)


@contextmanager
def airflow(settings: Settings) -> Iterator[Settings]:
    """Airflow over the stack, only the pipeline awake."""
    supervision.stop(settings)  # its environment says how fine the tasks are
    running = stack.up(settings, lambda _step: None)
    supervision.start_service(running, "streaming")
    keep(running, Limits())
    began = time.perf_counter()
    running = lifecycle.up(running, lambda _step: None)
    print(f"{time.perf_counter() - began:9.1f} s  until Airflow is up", flush=True)
    try:
        yield running
    finally:
        lifecycle.down(running)


def reading(settings: Settings) -> float:
    """Seconds of reading the pipeline's file in a fresh process, as for each task, without starting Python."""
    program = (
        "import sys, time; from airflow.dag_processing.dagbag import DagBag; began = time.perf_counter();"
        "bag = DagBag(sys.argv[1]); assert not bag.import_errors, bag.import_errors;"
        "print(time.perf_counter() - began)"
    )
    command = [sys.executable, "-c", program, str(DAGS / f"{PIPELINE}.py")]
    environment = airflow_environment(settings)
    result = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=True)
    return float(result.stdout.split()[-1])


def at_rest(settings: Settings, session: Airflow) -> None:
    """Let everything that started by itself end, then memory and processor time of each part."""
    for dag in session.dags():
        session.ask("PATCH", f"/api/v2/dags/{dag['dag_id']}", {"is_paused": dag["dag_id"] != PIPELINE})
    _until(
        lambda: all(
            (session.last_run(dag["dag_id"]) or {}).get("state") not in ("running", "queued") for dag in session.dags()
        )
    )
    before = {name: _used(processes) for name, processes in _parts(settings).items()}
    time.sleep(REST_SECONDS)
    for name, processes in sorted(_parts(settings).items()):
        held = sum(process.memory_full_info().pss for process in processes) / 1e6
        share = (_used(processes) - before[name]) / REST_SECONDS
        print(f"{held:9,.0f} MB {share:6.1%} of a core  {name} ({len(processes)} processes)", flush=True)


def tell(tasks: list[dict[str, Any]], plain: float) -> None:
    """Figures of a run."""
    dbt = [task for task in tasks if task["task_id"].startswith(GROUPS) and task["start_date"]]
    failed = [task["task_id"] for task in tasks if task["state"] in ("failed", "upstream_failed")]
    begins, ends = min(map(_began, dbt)), max(map(_ended, dbt))
    seconds = (ends - begins).total_seconds()
    waits = sorted((_began(task) - _at(task["scheduled_when"])).total_seconds() for task in dbt)
    took = sorted(task["duration"] for task in dbt)
    print(f"{seconds:9.1f} s  dbt's {len(dbt)} tasks, {seconds / plain:.2f} times one `dbt build`", flush=True)
    print(f"{statistics.median(took):9.1f} s  a task, {took[-1]:.1f} s the longest", flush=True)
    print(f"{statistics.median(waits):9.1f} s  from scheduled to started, {waits[-1]:.1f} s the longest", flush=True)
    if failed:
        print(f"          failed: {', '.join(failed)}", flush=True)


def wait(session: Airflow, run: str) -> None:
    """Until a run has ended."""
    _until(lambda: session.run(PIPELINE, run)["state"] in ("success", "failed"))


def timed(work: Callable[[], object]) -> float:
    """Seconds it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _parts(settings: Settings) -> dict[str, list[psutil.Process]]:
    found = {}
    for state in supervision.states(settings):
        if state.pid and state.name in (*lifecycle.PARTS, "postgres"):
            process = psutil.Process(state.pid)
            found[state.name] = [process, *process.children(recursive=True)]
    return found


def _used(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def _until(holds: Callable[[], bool], seconds: float = 7_200) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            sys.exit(f"Nothing came of it within {seconds:.0f} s.")
        time.sleep(2)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _began(task: dict[str, Any]) -> datetime:
    return _at(task["start_date"])


def _ended(task: dict[str, Any]) -> datetime:
    return _at(task["end_date"])


def _must(code: int) -> None:
    if code:
        sys.exit(code)


if __name__ == "__main__":
    main()
