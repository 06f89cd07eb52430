"""The DAGs as Airflow reads them, over a manifest of seven models."""

import itertools
from typing import Any

import pytest
from support import settings_for

from tests.dags.conftest import run_in_airflow

DAG_IDS = ["daily_operations", "data_quality", "retail_pipeline"]


@pytest.fixture(params=["layers", "models"])
def dags(request: pytest.FixtureRequest, described) -> dict[str, Any]:
    """All DAGs, with dbt's tasks coarse and fine."""
    found = described(request.param)
    assert found["errors"] == {}
    return found["dags"]


def test_every_dag_is_read_and_documented(dags: dict[str, Any]) -> None:
    """Three DAGs, each says what it does, one run at a time, no past runs by itself, and is late at some time."""
    assert sorted(dags) == DAG_IDS
    for dag in dags.values():
        assert dag["doc"].strip().startswith("### ")
        assert (dag["catchup"], dag["max_active_runs"], dag["has_deadline"]) == (False, 1, True)


def test_every_task_has_an_owner_retries_a_limit_and_an_alarm(dags: dict[str, Any]) -> None:
    """Retries back off; only data tests have none: what they found is there the second time too."""
    for dag_id, dag in dags.items():
        for task_id, task in dag["tasks"].items():
            told = (dag_id, task_id, task)
            assert task["owner"] == "data-engineering", told
            assert task["alarm"], told
            assert task["timeout"], told
            if task["kind"] == "DbtTestLocalOperator":
                assert task["retries"] == 0, told
            else:
                assert task["retries"] >= 1, told
                assert task["backs_off"], told


def test_what_is_heavy_has_a_pool(dags: dict[str, Any]) -> None:
    """dbt and Spark leave the machine two cores: no more than two models, no more than one Spark job at once."""
    for dag in dags.values():
        for task_id, task in dag["tasks"].items():
            if task["kind"].startswith("Dbt") or task["kind"] == "Build":
                assert task["pool"] == "warehouse", task_id
    daily = dags["daily_operations"]["tasks"]
    assert {daily[name]["pool"] for name in ("predict", "train", "backtest", "policies")} == {"spark"}


def test_the_pipeline_is_in_order(dags: dict[str, Any]) -> None:
    """Checks, streams, gate, staging, core, kpi, reporting, batch, gate, report: each after the one before."""
    tasks = dags["retail_pipeline"]["tasks"]
    before = {task: set(_all_before(tasks, task)) for task in tasks}
    assert before["streaming_alive"] == {"infrastructure"}
    assert {"infrastructure", "streaming_alive"} <= before["raw_gate"]
    order = ["staging", "core", "kpi", "reporting"]
    for earlier, later in itertools.pairwise(order):
        first = {task for task in tasks if task.startswith(f"{earlier}.")}
        for task in tasks:
            if task.startswith(f"{later}."):
                assert first | {"raw_gate"} <= before[task], task
    last = {task for task in tasks if task.startswith("reporting.")}
    assert last <= before["batch"]
    assert "batch" in before["reporting_gate"]
    assert "reporting_gate" in before["health_report"]
    assert set(order) <= set(dags["retail_pipeline"]["groups"])


def test_each_model_has_its_tests_after_it(described) -> None:
    """Fine: a model's tests follow it and what reads it follows them; tests of two models follow both."""
    tasks = described("models")["dags"]["retail_pipeline"]["tasks"]
    assert tasks["staging.sales.test"]["upstream"] == ["staging.sales.run"]
    assert tasks["kpi.mart_demand.run"]["outlets"] == ["kpi.mart_demand"]
    assert "kpi.int_demand_run" in _all_before(tasks, "kpi.mart_demand.run")
    assert tasks["core.tests_between_models"]["select"] == "sales_have_a_date"
    assert {"core.fact_sales.run", "core.dim_date.run"} <= set(_all_before(tasks, "core.tests_between_models"))


def test_each_layer_is_one_build(described) -> None:
    """Coarse: one task a group, which builds its models with their tests and those between them."""
    tasks = described("layers")["dags"]["retail_pipeline"]["tasks"]
    assert tasks["core.build"]["select"].split() == ["dim_date", "fact_sales", "sales_have_a_date"]
    assert tasks["core.build"]["outlets"] == ["core.dim_date", "core.fact_sales"]
    assert tasks["core.build"]["pool_slots"] == 2


def test_checks_of_agreement_run_alone(dags: dict[str, Any]) -> None:
    """While they look, no model is built; and they wait for the pipeline."""
    tasks = dags["data_quality"]["tasks"]
    for name in ("completeness", "consistency", "volumes"):
        assert (tasks[name]["pool_slots"], tasks[name]["upstream"]) == (2, ["pipeline_rests"])


def test_reading_the_dags_is_quick(dags: dict[str, Any], described) -> None:
    """Seconds, not minutes, on any machine."""
    assert described("models")["seconds"] < 60


def _all_before(tasks: dict[str, Any], task: str) -> list[str]:
    found, waiting = set(), list(tasks[task]["upstream"])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += tasks[one]["upstream"]
    return sorted(found)


def test_programs_of_tasks_end_as_they_should(tmp_path) -> None:
    """A failure carries the program's words; a final one has no second try; backfill's and weekly work know their turn;
    what is too early is skipped; a stopped task stops its program.
    """
    ended = run_in_airflow(settings_for(tmp_path), "try_commands.py")
    assert ended["fine"] == ["done", ""]
    kind, said = ended["fails"]
    assert (kind, "/nothing/there" in said) == ("AirflowException", True), said
    assert ended["final"][0] == "AirflowFailException"
    assert ended["too early"][0] == "AirflowSkipException"
    assert ended["scheduled interval"][0] == "AirflowSkipException"
    assert ended["backfilled interval"] == ["done", ""]
    assert ended["weekly on a Wednesday"][0] == "AirflowSkipException"
    assert ended["weekly on a Monday"] == ["done", ""]
    assert ended["weekly by hand on a Monday"][0] == "AirflowSkipException"
    assert ended["weekly when asked for"] == ["done", ""]
    assert ended["stopped"][0] == "ended"
