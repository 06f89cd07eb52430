"""Ask Airflow through its API, as a person's script would."""

import json
import urllib.error
import urllib.request
from typing import Any

from contracts.problems import Problem
from contracts.settings import Settings
from local_stack.scheduler.environment import base_url

_PARTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")


def answers(settings: Settings) -> bool:
    """True if the API server is there; the other parts may not be yet."""
    try:
        return bool(_ask(settings, "GET", "/api/v2/version"))
    except (urllib.error.URLError, OSError):
        return False


def is_well(settings: Settings) -> bool:
    """True if the API answers and every part has been heard of lately."""
    try:
        health = _ask(settings, "GET", "/api/v2/monitor/health")
    except (urllib.error.URLError, OSError):
        return False
    return all(health[part]["status"] == "healthy" for part in _PARTS)


class Airflow:
    """A session at the API. Raises Problem where nobody answers or the password is refused."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        login = {
            "username": settings.retail_airflow_user,
            "password": settings.retail_airflow_password.get_secret_value(),
        }
        self._token = ""
        self._token = self.ask("POST", "/auth/token", login)["access_token"]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer of the API. Raises Problem with its words."""
        try:
            return _ask(self._settings, method, path, body, self._token)
        except urllib.error.HTTPError as error:
            raise Problem(f"Airflow refuses {path}: {_said(error)}.") from None
        except (urllib.error.URLError, OSError) as error:
            raise Problem(f"Airflow does not answer ({error}).", "Start it with ./retail airflow up.") from None

    def dags(self) -> list[dict[str, Any]]:
        """Every DAG, by name."""
        return sorted(self.ask("GET", "/api/v2/dags?limit=100")["dags"], key=lambda dag: dag["dag_id"])

    def last_run(self, dag: str) -> dict[str, Any] | None:
        """The newest run of a DAG."""
        runs = self.ask("GET", f"/api/v2/dags/{dag}/dagRuns?order_by=-run_after&limit=1")["dag_runs"]
        return runs[0] if runs else None

    def start(self, dag: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run now; gives its id."""
        body = {"logical_date": None, "conf": conf or {}}
        return self.ask("POST", f"/api/v2/dags/{dag}/dagRuns", body)["dag_run_id"]

    def run(self, dag: str, run: str) -> dict[str, Any]:
        """A run as it is now."""
        return self.ask("GET", f"/api/v2/dags/{dag}/dagRuns/{run}")

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """The tasks of a run, in the order they began."""
        found: list[dict[str, Any]] = []
        path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances?limit=100"
        while True:
            page = self.ask("GET", f"{path}&offset={len(found)}")
            found += page["task_instances"]
            if len(found) >= page["total_entries"] or not page["task_instances"]:
                return sorted(found, key=lambda task: task["start_date"] or "9")

    def import_errors(self) -> list[str]:
        """What kept a DAG file from being read."""
        errors = self.ask("GET", "/api/v2/importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace'].strip().splitlines()[-1]}" for error in errors]


def _ask(
    settings: Settings, method: str, path: str, body: dict[str, Any] | None = None, token: str = ""
) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base_url(settings) + path, data, headers, method=method)  # noqa: S310  ours
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  the scheme is ours
        return json.load(answer)


def _said(error: urllib.error.HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        return str(json.loads(text)["detail"])
    except (ValueError, KeyError, TypeError):
        return text or str(error)
