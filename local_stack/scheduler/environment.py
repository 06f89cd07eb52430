"""Airflow's settings, all of them from ours, as the variables its processes read."""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

from contracts.lineage import NAMESPACE, transport
from contracts.settings import PROJECT, Settings, process_environment
from local_stack.postgres import cluster

DAGS = PROJECT / "airflow" / "dags"
POOLS = PROJECT / "airflow" / "pools.json"
TASKS_AT_ONCE = 4
AIRFLOW = (sys.executable, "-P", "-m", "airflow")


def airflow_home(settings: Settings) -> Path:
    """Where Airflow keeps what is not in the database."""
    return settings.home / "airflow"


def passwords_file(settings: Settings) -> Path:
    """What the simple auth manager compares passwords with."""
    return airflow_home(settings) / "passwords.json"


def base_url(settings: Settings) -> str:
    """Where the API is, for its other parts, for tasks and for us."""
    return settings.retail_airflow_api_url.rstrip("/") or f"http://127.0.0.1:{settings.retail_airflow_port}"


def airflow_environment(settings: Settings) -> dict[str, str]:
    """The environment of this process with Airflow's settings laid over it."""
    chosen = {
        **_core(settings),
        **_doors(settings),
        **_dbt(settings),
        **_lineage(settings),
        "LOGGING__BASE_LOG_FOLDER": str(settings.home / "logs" / "airflow"),
        "LOGGING__LOGGING_LEVEL": "INFO",
        "DATABASE__SQL_ALCHEMY_CONN": cluster.url(settings, "psycopg2"),
        "DATABASE__SQL_ALCHEMY_CONN_ASYNC": cluster.url(settings, "asyncpg"),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "2",
        "SCHEDULER__ENABLE_TRACEMALLOC": "false",
        "SCHEDULER__CATCHUP_BY_DEFAULT": "false",
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",  # a DAG of a few hundred tasks takes seconds to read
        "DAG_PROCESSOR__REFRESH_INTERVAL": "60",
        "DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "180",
        "DAG_PROCESSOR__PRINT_STATS_INTERVAL": "600",
        "USAGE_DATA_COLLECTION__ENABLED": "false",
    }
    named = {f"AIRFLOW__{name}": value for name, value in chosen.items()}
    # Callbacks are found by the name of their module, in processes that read no DAG.
    return (
        process_environment(settings) | {"AIRFLOW_HOME": str(airflow_home(settings)), "PYTHONPATH": str(DAGS)} | named
    )


def _core(settings: Settings) -> dict[str, str]:
    return {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": str(TASKS_AT_ONCE),
        "CORE__MAX_ACTIVE_TASKS_PER_DAG": str(TASKS_AT_ONCE),
        "CORE__DAGS_FOLDER": str(DAGS),
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "false",
        "CORE__LOAD_EXAMPLES": "false",
        "CORE__DAGBAG_IMPORT_TIMEOUT": "120",
        "CORE__FERNET_KEY": base64.urlsafe_b64encode(_key(settings, "fernet")).decode(),
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{settings.retail_airflow_user}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords_file(settings)),
        "CORE__EXECUTION_API_SERVER_URL": f"{base_url(settings)}/execution/",
    }


def _doors(settings: Settings) -> dict[str, str]:
    return {
        "API__HOST": settings.retail_airflow_bind,
        "API__PORT": str(settings.retail_airflow_port),
        "API__WORKERS": "1",
        "API__BASE_URL": settings.retail_airflow_url.rstrip("/") or base_url(settings),
        "API__SECRET_KEY": _key(settings, "api").hex(),
        "API_AUTH__JWT_SECRET": _key(settings, "jwt").hex(),
    }


def _dbt(settings: Settings) -> dict[str, str]:
    docs = {"retail": {"dir": str(settings.home / "dbt" / "target"), "index": "index.html", "name": "dbt docs"}}
    return {
        "COSMOS__ENABLE_TELEMETRY": "false",
        "COSMOS__CACHE_DIR": str(airflow_home(settings) / "cosmos"),
        "COSMOS__ENABLE_MEMORY_OPTIMISED_IMPORTS": "true",
        "COSMOS__ENABLE_ORJSON_PARSER": "true",
        "COSMOS__DBT_DOCS_PROJECTS": json.dumps(docs),
    }


def _lineage(settings: Settings) -> dict[str, str]:
    """Runs of DAGs and tasks are told where RETAIL_OPENLINEAGE says."""
    way = transport(settings)
    if not way:
        return {"OPENLINEAGE__DISABLED": "true"}
    return {"OPENLINEAGE__TRANSPORT": json.dumps(way), "OPENLINEAGE__NAMESPACE": NAMESPACE}


def _key(settings: Settings, purpose: str) -> bytes:
    secret = settings.retail_airflow_secret.get_secret_value()
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)
