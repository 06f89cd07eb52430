"""Run dbt against a server of the tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client
from dbt.cli.main import dbtRunner

from contracts.settings import PROJECT, Settings
from quality.content_hash import content_hashes
from quality.model_copies import drop_models
from tests.dbt_project.raw_log import empty_raw
from warehouse.client import connect

# Unit tests do not depend on what is landed: one build of the suite runs them (test_twin), the others need not.
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


class WarehouseBuild:
    """A server, its raw tables and the dbt project over them, built in this process (a process per run costs 3 s)."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client: Client = connect(settings)
        self.reader: Client = connect(settings, "reader")

    def dbt(self, *arguments: str, **variables: str) -> list[Any]:
        """Run dbt with environment variables laid over the settings; gives its results. Raises AssertionError.

        A run of everything finds its seeds, as after `dbt build`.
        """
        if arguments == ("run",):
            self._invoke(("seed",), variables)
        outcome = self._invoke(arguments, variables)
        results = list(getattr(outcome.result, "results", None) or [])
        assert outcome.success, outcome.exception or [_failure(r) for r in results if r.status in _BAD]
        return results

    def listed(self, *arguments: str) -> list[str]:
        """What `dbt ls` names. Raises AssertionError."""
        outcome = self._invoke(("ls", *arguments), {})
        assert outcome.success, outcome.exception
        return list(outcome.result)

    def environment(self) -> dict[str, str]:
        """What dbt reads from the environment to build here."""
        folders = {
            "DBT_PROJECT_DIR": PROJECT / "dbt_project",
            "DBT_PROFILES_DIR": PROJECT / "dbt_project",
            "DBT_TARGET_PATH": self.settings.home / "dbt" / "target",
            "DBT_LOG_PATH": self.settings.home / "logs",
        }
        return self.settings.environment() | {name: str(folder) for name, folder in folders.items()}

    def _invoke(self, arguments: tuple[str, ...], variables: dict[str, str]) -> Any:
        with environment(self.environment() | variables):
            return dbtRunner().invoke([*arguments, "--quiet"])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return [tuple(row) for row in self.client.query(query).result_rows]

    def hashes(self, prefix: str = "") -> dict[str, str]:
        """The content hash of every model."""
        return content_hashes(self.client, prefix)

    def empty(self) -> None:
        """Leave neither messages nor models."""
        empty_raw(self.client)
        drop_models(self.client)

    def artefact(self, name: str) -> Path:
        """A file that dbt wrote, such as `manifest.json`."""
        return self.settings.home / "dbt" / "target" / name


_BAD = ("error", "fail", "runtime error")


def _failure(result: Any) -> str:
    return f"{result.node.name}: {result.message}"


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """Variables laid over the environment for a while."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
