"""DAGs are read in a process of their own: Airflow takes hold of the one that imports it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import settings_for

from contracts.settings import PROJECT, Settings
from local_stack.scheduler.environment import DAGS, airflow_environment
from tests.dags.small_manifest import small_manifest

HERE = Path(__file__).parent


def run_in_airflow(settings: Settings, program: str, *arguments: str) -> Any:
    """What a program of this folder prints, run with Airflow's settings."""
    result = subprocess.run(
        [sys.executable, str(HERE / program), *arguments],
        env=airflow_environment(settings),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """The DAGs over the small manifest, by how fine dbt's tasks are."""
    found: dict[str, dict[str, Any]] = {}

    def describe(grain: str) -> dict[str, Any]:
        if grain not in found:
            settings = settings_for(tmp_path_factory.mktemp(grain), retail_airflow_dbt_tasks=grain)
            settings.dbt_manifest.parent.mkdir(parents=True)
            settings.dbt_manifest.write_text(json.dumps(small_manifest()))
            found[grain] = run_in_airflow(settings, "describe_dags.py", str(DAGS))
        return found[grain]

    return describe
