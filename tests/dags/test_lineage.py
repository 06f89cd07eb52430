"""Airflow's own lineage goes where RETAIL_OPENLINEAGE says, and nowhere without it."""

import subprocess
import sys
from pathlib import Path

from support import settings_for

from contracts.settings import PROJECT, Settings
from local_stack.scheduler.environment import airflow_environment

ASK = """
from airflow.providers.openlineage import conf
from airflow.providers.openlineage.plugins.adapter import OpenLineageAdapter
client = OpenLineageAdapter().get_or_create_openlineage_client()
print(conf.is_disabled(), conf.namespace(), getattr(client.transport, "config", ""))
"""


def _told(settings: Settings) -> str:
    environment = airflow_environment(settings)
    command = [sys.executable, "-c", ASK]
    said = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=True)
    return said.stdout.strip().splitlines()[-1]


def test_the_provider_writes_where_the_setting_says(tmp_path: Path) -> None:
    """The same file and namespace as dbt's and Spark's events; switched off where nobody asked."""
    told = _told(settings_for(tmp_path, retail_openlineage=str(tmp_path / "lineage.ndjson")))
    assert told.startswith("False retail FileConfig") and str(tmp_path / "lineage.ndjson") in told
    assert _told(settings_for(tmp_path)).startswith("True ")
