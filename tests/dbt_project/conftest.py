"""One ClickHouse for all tests of the models, on a port and in a home of its own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contracts.settings import Settings
from tests.dbt_project.kpis_by_hand import EVENTS
from tests.dbt_project.own_server import own_clickhouse
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild


@pytest.fixture(scope="session")
def clickhouse_settings() -> Iterator[Settings]:
    """Settings of a running ClickHouse with empty raw tables."""
    with own_clickhouse() as settings:
        yield settings


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
def week() -> Iterator[WarehouseBuild]:
    """The week on paper (`by_hand/ledger.md`) landed on a server of its own, and all models over it; tests read it."""
    with own_clickhouse() as settings:
        build = WarehouseBuild(settings)
        log = RawLog()
        land(build.client, [log.append(event) for event in EVENTS])
        build.dbt("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
        yield build


@pytest.fixture(scope="session")
def manifest(built_once: WarehouseBuild) -> dict[str, Any]:
    """dbt's manifest of the project as it is."""
    built_once.dbt("parse")
    return json.loads(built_once.artefact("manifest.json").read_text())


@pytest.fixture(scope="session")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The project's models."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
