"""Bring Airflow up and down."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from contracts.problems import Problem
from contracts.settings import PROJECT, Settings
from local_stack import supervision
from local_stack.ports import require_free_ports
from local_stack.postgres import cluster
from local_stack.scheduler import api
from local_stack.scheduler.environment import (
    AIRFLOW,
    POOLS,
    airflow_environment,
    airflow_home,
    passwords_file,
)
from local_stack.secrets import AIRFLOW_NAMES, ensure_secrets

PARTS = ("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")
START_SECONDS = 300  # of which an idle machine needs thirty

Tell = Callable[[str], None]


def up(settings: Settings, tell: Tell) -> Settings:
    """Airflow over a stack that is up, skipping what is there; gives settings with their secrets. Raises Problem."""
    settings = ensure_secrets(settings, AIRFLOW_NAMES)
    if api.is_well(settings):
        return settings
    _require_supervisor(settings)
    if not supervision.is_running(settings, "airflow-api-server"):
        require_free_ports("127.0.0.1", {"RETAIL_AIRFLOW_PORT": settings.retail_airflow_port})
    write_passwords(settings)
    tell("PostgreSQL, for Airflow's records")
    supervision.start_service(settings, "postgres")
    _wait_for(settings, ("postgres",), lambda: cluster.answers(settings))
    cluster.ensure_database(settings)
    _migrate_once(settings, tell)
    tell("Airflow: API server, scheduler, DAG processor, triggerer")
    supervision.start_service(settings, PARTS[0])
    if models_changed(settings):
        tell("What the models are, for the DAGs")
        parse_models(settings)
    # The scheduler would start tasks at once, and they report to the API server.
    _wait_for(settings, PARTS[:1], lambda: api.answers(settings))
    for part in PARTS:
        supervision.start_service(settings, part)
    _wait_for(settings, PARTS, lambda: api.is_well(settings))
    return settings


def down(settings: Settings) -> bool:
    """Stop Airflow and what its tasks run; False if nothing of it ran."""
    if not supervision.is_up(settings):
        return False
    stopped = [supervision.stop_service(settings, name) for name in (*reversed(PARTS), "postgres")]
    supervision.end_orphans(settings, {*PARTS, "postgres"})
    return any(stopped)


def parse_models(settings: Settings) -> None:
    """Write the manifest that DAGs read. Raises Problem with dbt's words."""
    file = settings.dbt_manifest
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "parse", "--target-path", str(file.parent)]
    folders = {"DBT_PROFILES_DIR": str(PROJECT / "dbt_project"), "DBT_LOG_PATH": str(settings.home / "logs")}
    _run(command, airflow_environment(settings) | folders, "dbt could not read the models.", PROJECT / "dbt_project")


def models_changed(settings: Settings) -> bool:
    """True if a file of the dbt project is newer than the manifest that DAGs read."""
    file = settings.dbt_manifest
    if not file.exists():
        return True
    written = file.stat().st_mtime
    kinds = (".sql", ".yml", ".csv", ".md")
    return any(path.stat().st_mtime > written for path in (PROJECT / "dbt_project").rglob("*") if path.suffix in kinds)


def _require_supervisor(settings: Settings) -> None:
    if not supervision.is_up(settings):
        raise Problem("The stack is not up.", "Start it with ./retail up.")
    if not supervision.knows(settings, "postgres"):
        raise Problem("The stack was started by an older version.", "Run ./retail down, then ./retail airflow up.")


def _migrate_once(settings: Settings, tell: Tell) -> None:
    stamp = airflow_home(settings) / "prepared"
    wanted = f"{version('apache-airflow')} {POOLS.read_text()}"
    if not stamp.exists() or stamp.read_text() != wanted:
        migrate(settings, tell)
        stamp.write_text(wanted)


def migrate(settings: Settings, tell: Tell) -> None:
    """Bring Airflow's tables and pools to this version. Raises Problem with Airflow's words."""
    tell("Airflow's tables and pools")
    environment = airflow_environment(settings)
    for arguments in (("db", "migrate"), ("pools", "import", str(POOLS))):
        _run([*AIRFLOW, *arguments], environment, f"airflow {' '.join(arguments[:2])} failed.", PROJECT)


def _run(command: list[str], environment: dict[str, str], what: str, folder: Path) -> None:
    result = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        said = (result.stderr.strip() or result.stdout.strip()).splitlines()[-8:]
        raise Problem(what, " ".join(" ".join(said).split()))


def write_passwords(settings: Settings) -> None:
    """Write what the simple auth manager compares passwords with, readable by its owner only."""
    file = passwords_file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    words = {settings.retail_airflow_user: settings.retail_airflow_password.get_secret_value()}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(words, out)


def _wait_for(settings: Settings, names: tuple[str, ...], holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        for name in names:
            if supervision.has_failed(settings, name):
                raise Problem(f"{name} did not start.", f"See ./retail logs {name}.")
        if time.monotonic() > deadline:
            raise Problem(
                f"{names[0]} did not answer within {START_SECONDS} seconds.", f"See ./retail logs {names[0]}."
            )
        time.sleep(0.5)
