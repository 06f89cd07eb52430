"""Every KPI of a week that can be checked on paper."""

import pytest

from tests.dbt_project.kpis_by_hand import EVENTS, EXPECTED, METRICS, MODELS, differences
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild
from tests.dbt_project.worked_tables import is_worked_out_right

WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


@pytest.fixture(scope="module")
def week(built_once: WarehouseBuild) -> WarehouseBuild:
    """The week landed, and everything built over it."""
    built_once.empty()
    log = RawLog()
    land(built_once.client, [log.append(event) for event in EVENTS])
    built_once.dbt("build", *WITHOUT_TESTS)
    return built_once


def _layer(build: WarehouseBuild, model: str) -> str:
    [(database,)] = build.rows(f"select database from system.tables where name = '{model}'")
    return database


@pytest.mark.parametrize("model", EXPECTED)
def test_the_model_says_what_was_worked_out_by_hand(week: WarehouseBuild, model: str) -> None:
    """Row by row, nothing more and nothing less."""
    assert differences(week.client, lambda name: _layer(week, name), model) == []


def test_the_working_on_the_pages_is_right() -> None:
    """What stands before `=` gives what stands after it."""
    rows = [row for table in MODELS.values() for row in table.rows] + METRICS
    assert [cell for row in rows for cell in row.values() if not is_worked_out_right(cell)] == []
