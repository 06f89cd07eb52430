"""Every KPI of a week that can be checked on paper."""

from datetime import date
from typing import Any

import pytest

from tests.dbt_project.kpis_by_hand import EVENTS, EXPECTED, METRICS, MODELS, SOURCE, differences, is_as_said
from tests.dbt_project.metric_values import MetricValues, Window
from tests.dbt_project.raw_log import RawLog, land
from tests.dbt_project.warehouse_build import WarehouseBuild
from tests.dbt_project.worked_tables import figure, is_worked_out_right

WINDOWS = {
    "the week": Window(SOURCE, date(2026, 1, 5), date(2026, 1, 11)),
    "s1 from Tuesday": Window(SOURCE, date(2026, 1, 6), date(2026, 1, 11), store_id="s1"),
    "the chain": Window(SOURCE, date(2026, 1, 5), date(2026, 1, 12)),
    "s1": Window(SOURCE, date(2026, 1, 5), date(2026, 1, 12), store_id="s1"),
}
# Nobody works these out on paper: the scorecard grades them.
GUESSED = {
    *("estimated_lost_units", "estimated_lost_margin", "estimated_fill_rate", "estimated_units_lost_without_stock"),
    *("estimated_in_stock_rate_by_demand", "estimated_customer_lifetime_value"),
    *("estimated_excess_value", "estimated_excess_share"),
    *("estimated_pairs_below_target", "estimated_pairs_above_target"),
    *("estimated_share_below_target", "estimated_share_above_target"),
    *("phantom_suspects", "estimated_phantom_pairs", "estimated_phantom_weekly_loss"),
}
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


@pytest.mark.parametrize("window", WINDOWS)
def test_metrics_say_what_was_worked_out_by_hand(week: WarehouseBuild, manifest: dict[str, Any], window: str) -> None:
    """Each metric by its own definition, over the window."""
    values = MetricValues(week, manifest, WINDOWS[window])
    asked = [row for row in METRICS if row.get(window, "–") != "–"]
    found = {row["metric"]: values.value(row["metric"]) for row in asked}
    wrong = {row["metric"]: row[window] for row in asked if not is_as_said(figure(row[window]), found[row["metric"]])}
    assert wrong == {}, found


def test_every_metric_was_worked_out(manifest: dict[str, Any]) -> None:
    """The page has each metric once, but for guesses, which are graded elsewhere."""
    named = {metric["name"] for metric in manifest["metrics"].values()}
    assert sorted(row["metric"] for row in METRICS) == sorted(named - GUESSED)


def test_customers_fill_rate_counts_what_was_lost(week: WarehouseBuild, manifest: dict[str, Any]) -> None:
    """36 units sold ÷ (36 + the estimated units of the mart), and the margin lost at 3.00 − 1.00 for soap."""
    values = MetricValues(week, manifest, WINDOWS["the week"])
    rows = week.rows("select estimated_lost_units, estimated_lost_margin from kpi.mart_lost_sales_daily")
    lost_units, lost_margin = (float(sum(column)) for column in zip(*rows, strict=True))
    assert lost_units > 0
    assert values.value("estimated_lost_units") == pytest.approx(lost_units)
    assert values.value("estimated_lost_margin") == pytest.approx(lost_margin)
    assert values.value("estimated_fill_rate") == pytest.approx(36 / (36 + lost_units))
    soap = "select estimated_lost_units * 2 - estimated_lost_margin from kpi.mart_lost_sales_daily"
    assert all(abs(rest) < 0.0001 for (rest,) in week.rows(f"{soap} where product_id = 'soap'"))
