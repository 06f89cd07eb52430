"""One ClickHouse for all tests of the models, on a port and in a home of its own."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import settings_for

from contracts.settings import PROJECT, Settings
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.client import WarehouseUnavailableError, connect
from warehouse.create_tables import create_tables

START_SECONDS = 60


@pytest.fixture(scope="session")
def clickhouse_settings() -> Iterator[Settings]:
    """Settings of a running ClickHouse with empty raw tables."""
    home = Path(tempfile.mkdtemp(prefix="retail-dbt-"))
    settings = settings_for(home)
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "local_stack.clickhouse_server"],
            env={**settings.environment(), "PATH": "/usr/bin:/bin"},
            cwd=PROJECT,
            stderr=log,
        )
    try:
        _wait_until_up(settings, server)
        create_tables(connect(settings))
        yield settings
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(home, ignore_errors=True)


def _wait_until_up(settings: Settings, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            connect(settings).close()
            return
        except WarehouseUnavailableError:
            assert server.poll() is None, (settings.home / "server.log").read_text()
            assert time.monotonic() < deadline, "ClickHouse did not start"
            time.sleep(0.2)


@pytest.fixture(scope="session")
def built_once(clickhouse_settings: Settings) -> WarehouseBuild:
    """The server with dbt over it, shared."""
    return WarehouseBuild(clickhouse_settings)


@pytest.fixture
def build(built_once: WarehouseBuild) -> WarehouseBuild:
    """The server with dbt over it, emptied for this test."""
    built_once.empty()
    return built_once


@pytest.fixture(scope="session")
def manifest(built_once: WarehouseBuild) -> dict[str, Any]:
    """dbt's manifest of the project as it is."""
    built_once.dbt("parse")
    return json.loads(built_once.artefact("manifest.json").read_text())


@pytest.fixture(scope="session")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The project's models."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
