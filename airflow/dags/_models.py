"""dbt's models as tasks, through Cosmos: dbt runs in the task's process, with the one profile file of the project."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import _alarm
from _layers import Manifest, groups, read_manifest, tables, tests_between
from airflow.sdk import Asset, TaskGroup, chain
from airflow.sdk.exceptions import AirflowFailException
from cosmos.airflow.task_group import DbtTaskGroup
from cosmos.config import ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior, TestIndirectSelection
from cosmos.exceptions import CosmosDbtRunError
from cosmos.operators.local import DbtBuildLocalOperator, DbtSourceLocalOperator, DbtTestLocalOperator

from contracts.lineage import tell_of_dbt
from contracts.settings import PROJECT, Settings, load_settings

FOLDER = PROJECT / "dbt_project"
PROFILE = ProfileConfig(profile_name="retail", target_name="warehouse", profiles_yml_filepath=FOLDER / "profiles.yml")
POOL = "warehouse"
_AFTER_GATE = "none_failed"  # a gate that is not there yet, or not asked, is skipped and stops nothing


class Build(DbtBuildLocalOperator):
    """One `dbt build`. A data test that failed fails again, so it has one try; what could not be asked has more."""

    def handle_exception_dbt_runner(self, result: Any) -> None:
        """Raises AirflowFailException with the names of tests that failed, CosmosDbtRunError for anything else."""
        try:
            super().handle_exception_dbt_runner(result)
        except CosmosDbtRunError as error:
            results = getattr(result.result, "results", None) or ()
            if any(str(one.status) == "fail" for one in results):
                raise AirflowFailException(str(error)) from None
            raise


class Models:
    """The dbt project as tasks of the DAG that is being made."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._environment = {
            "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test",  # they test the SQL, not the data: they run before a release
            "DBT_INDIRECT_SELECTION": "buildable",  # with a model the tests that read it and its ancestors only
            "DBT_LOG_PATH": str(settings.home / "logs"),
        }

    def built(self) -> list[TaskGroup]:
        """Task groups staging, core, kpi, reporting, one after the other; how fine says RETAIL_AIRFLOW_DBT_TASKS."""
        manifest = read_manifest(self._settings.dbt_manifest)
        between = tests_between(manifest)
        one = self._one_by_one if self._settings.retail_airflow_dbt_tasks == "models" else self._at_once
        made = [one(manifest, group, names, between[group]) for group, names in groups(manifest).items()]
        chain(*made)
        return made

    def test(self, task_id: str, select: str, **options: Any) -> DbtTestLocalOperator:
        """Data tests by dbt's selection; while they run, no model is built."""
        chosen = {"pool_slots": 2, "retries": 0, "on_warning_callback": _alarm.on_warning} | options
        return DbtTestLocalOperator(task_id=task_id, select=select, **self._operator(), **chosen)

    def freshness(self, task_id: str, **options: Any) -> DbtSourceLocalOperator:
        """Do events still arrive?"""
        return DbtSourceLocalOperator(
            task_id=task_id, on_warning_callback=_alarm.on_warning, **self._operator(), **options
        )

    def build(self, task_id: str, **options: Any) -> Build:
        """One `dbt build` of a selection (`select=` or `selector=`) with its tests."""
        chosen = {"pool_slots": 2, "on_warning_callback": _alarm.on_warning} | options
        return Build(task_id=task_id, **self._operator(), **chosen)

    def _at_once(self, manifest: Manifest, group: str, names: list[str], between: list[str]) -> TaskGroup:
        with TaskGroup(group, tooltip=f"{len(names)} models, one dbt build") as made:
            self.build(
                "build",
                select=" ".join([*names, *between]),
                trigger_rule=_AFTER_GATE,
                outlets=self._assets(manifest, names),
                execution_timeout=timedelta(minutes=30),
                doc_md=f"`dbt build` of {len(names)} models with their tests: "
                + ", ".join(f"`{name}`" for name in names),
            )
        return made

    def _one_by_one(self, manifest: Manifest, group: str, names: list[str], between: list[str]) -> TaskGroup:
        made = self._cosmos_group(group, names)
        for node, task in made.tasks_map.items():
            self._finish(manifest, node, task)
        if between:
            with made:
                test = self.test("tests_between_models", " ".join(between), pool_slots=1, trigger_rule=_AFTER_GATE)
            list(made.tasks_map.values()) >> test
        return made

    def _cosmos_group(self, group: str, names: list[str]) -> DbtTaskGroup:
        operator = self._operator() | {"trigger_rule": _AFTER_GATE}
        for by_cosmos in (
            "project_dir",
            "profile_config",
            "env",
            "invocation_mode",
            "emit_datasets",
            "install_deps",
            "cache_dir",
        ):
            operator.pop(by_cosmos)
        return DbtTaskGroup(
            group_id=group,
            tooltip=f"{len(names)} models, each with its tests",
            project_config=ProjectConfig(
                dbt_project_path=FOLDER,
                manifest_path=self._settings.dbt_manifest,
                env_vars=self._environment | {"DBT_THREADS": "1"},
                install_dbt_deps=False,
            ),
            profile_config=PROFILE,
            execution_config=ExecutionConfig(
                execution_mode=ExecutionMode.LOCAL,
                invocation_mode=InvocationMode.DBT_RUNNER,
                test_indirect_selection=TestIndirectSelection.BUILDABLE,
            ),
            render_config=RenderConfig(
                load_method=LoadMode.DBT_MANIFEST,
                test_behavior=TestBehavior.AFTER_EACH,
                select=names,
                emit_datasets=False,  # Cosmos takes them from OpenLineage; ours come from the manifest
            ),
            operator_args=operator,
            on_warning_callback=_alarm.on_warning,
        )

    def _finish(self, manifest: Manifest, node: str, task: Any) -> None:
        """Assets for the task that builds a model; a test that failed fails again, so it has one try."""
        tasks = task.children.values() if isinstance(task, TaskGroup) else [task]
        for one in tasks:
            if isinstance(one, DbtTestLocalOperator):
                one.retries = 0
            elif node.startswith("model."):
                one.outlets = self._assets(manifest, [manifest["nodes"][node]["name"]])

    def _operator(self) -> dict[str, Any]:
        return {
            "project_dir": str(FOLDER),
            "profile_config": PROFILE,
            "invocation_mode": InvocationMode.DBT_RUNNER,
            "env": self._environment,
            "emit_datasets": False,
            "install_deps": False,
            "should_store_compiled_sql": False,
            "cache_dir": self._settings.home / "airflow" / "cosmos" / "dbt",  # what dbt has parsed already
            "pool": POOL,
            "callback": _tell_lineage,
        }

    def _assets(self, manifest: Manifest, names: list[str]) -> list[Asset]:
        where = f"clickhouse://{self._settings.clickhouse_host}:{self._settings.clickhouse_port}"
        found = tables(manifest, names)
        return [Asset(f"{schema}.{table}", f"{where}/{schema}/{table}", group="dbt") for schema, table in found]


def _tell_lineage(project: str, **_context: Any) -> None:
    """What dbt did in its copy of the project, where RETAIL_OPENLINEAGE asks for it."""
    tell_of_dbt(load_settings(), Path(project) / "target")
