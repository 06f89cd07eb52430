"""One definition of each KPI: hand = compiled SQL = mart = DAX, under every kind of filter."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from quality.power_bi.agreement import Selection, compare
from tests.dbt_project.golden import (
    GUESSES,
    SELECTIONS,
    compiled_figures,
    golden_model,
    missed_by_hand,
    worked_out,
)
from tests.dbt_project.kpis_by_hand import METRICS, SOURCE
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.metrics.answers import ask
from warehouse.metrics.definitions import load_registry
from warehouse.metrics.dimensions import PERIODS, dimensions_of
from warehouse.metrics.formulas import divides, expanded
from warehouse.metrics.questions import Question

WEEK = Selection("the week", first=date(2026, 1, 5), last=date(2026, 1, 11))


@pytest.mark.parametrize("selection", SELECTIONS)
def test_metrics_say_what_was_worked_out_by_hand(week: WarehouseBuild, selection: str) -> None:
    """Each metric, without a filter, by store, category, days and combinations of them."""
    assert missed_by_hand(week.client, SELECTIONS[selection], load_registry()) == []


def test_every_metric_was_worked_out() -> None:
    """The page has each metric once, but for guesses, which are graded elsewhere and held against their marts here."""
    assert sorted(row["metric"] for row in METRICS) == sorted(set(load_registry().metrics) - set(GUESSES))


@pytest.mark.parametrize("selection", SELECTIONS)
def test_guesses_are_those_of_their_marts(week: WarehouseBuild, selection: str) -> None:
    """What nobody works out on paper is the sum of the mart's rows."""
    chosen = SELECTIONS[selection]
    found = compiled_figures(week.client, chosen, list(GUESSES), load_registry())
    said = {name: guess.said(week.client, chosen) for name, guess in GUESSES.items() if guess.is_known_by(chosen)}
    assert {name: None if found[name] is None else float(found[name]) for name in said} == pytest.approx(said)


def test_some_guess_is_not_zero(week: WarehouseBuild) -> None:
    """The week has lost sales: the marts' sums are not all nothing."""
    assert compiled_figures(week.client, WEEK, ["estimated_lost_units"], load_registry())["estimated_lost_units"] > 0


def test_comparisons_are_of_the_days_before_of_last_year_and_of_the_year_so_far(week: WarehouseBuild) -> None:
    """Tuesday's 8.00 + 80.00 stand beside Monday's 20.50, nothing a year before, and both days of the year."""
    tuesday = date(2026, 1, 6)
    question = Question(["total_revenue"], (), {}, tuesday, tuesday, ["prior_period", "last_year", "year_to_date"])
    assert [float(value) for value in ask(week.client, question).rows[0]] == [88.00, 20.50, 0, 108.50]


def test_last_year_is_that_of_the_same_weekday(week: WarehouseBuild) -> None:
    """Monday's 20.50 beside the 11.00 of Monday 6 January 2025, day by day."""
    question = Question(["total_revenue"], ["day"], {}, date(2026, 1, 5), date(2026, 1, 11), ["last_year"])
    rows = {row[0].day: (float(row[1]), float(row[2])) for row in ask(week.client, question).rows}
    assert rows[5] == (20.50, 11.00)
    assert rows[10] == (6.00, 0)


MARTS = {
    "reporting.store_comparison": (
        ["store"],
        [
            *("transactions", "units_sold", "sales_amount", "net_revenue", "gross_margin", "average_transaction_value"),
            *("known_customer_share", "in_stock_rate", "inventory_turnover", "gmroi", "stock_value_days"),
        ],
    ),
    "reporting.category_performance": (["store", "category"], ["gross_margin", "markdown_rate", "inventory_turnover"]),
    "reporting.inventory_turnover_analysis": (
        ["store", "category"],
        ["inventory_turnover", "gmroi", "mean_stock_value", "estimated_days_of_cover", "open_minutes"],
    ),
    "kpi.mart_supplier_deliveries_monthly": (["supplier"], ["due_units", "due_units_on_time", "due_lines"]),
}
CALLED_OTHERWISE = {"net_revenue": "total_revenue"}


@pytest.mark.parametrize("mart", MARTS)
def test_the_compiler_says_what_marts_say(week: WarehouseBuild, mart: str) -> None:
    """January by store, category or supplier, as the mart that states the KPI has it."""
    by, columns = MARTS[mart]
    month = "month" if mart.startswith("kpi.") else "month_start_date"
    keys = {"store": "store_id", "supplier": "supply_source_id"}
    chosen = ", ".join(["toString(" + keys.get(name, name) + ")" for name in by] + columns)
    said = week.rows(f"select {chosen} from {mart} where source = '{SOURCE}' and {month} = '2026-01-01'")
    metrics = [CALLED_OTHERWISE.get(column, column) for column in columns]
    question = Question(metrics, by, {"source": [SOURCE]}, date(2026, 1, 1), date(2026, 1, 11))
    found = {row[: len(by)]: row[len(by) :] for row in ask(week.client, question).rows}
    assert said
    for row in said:
        figures = [float(value or 0) for value in found[row[: len(by)]]]
        assert figures == pytest.approx([float(value) for value in row[len(by) :]]), row


def _adds_up(name: str, dimension: str) -> bool:
    """Whether the metric is a sum of sums; a level at an end adds up over all but periods."""
    registry = load_registry()
    metric = registry.metrics[name]
    measures = registry.measures_of(metric)
    is_sum = all(measure.aggregation == "sum" and not (measure.at and dimension in PERIODS) for measure in measures)
    return is_sum and not divides(expanded(metric.formula, registry.formula))


DIMENSIONS = sorted(
    {name for metric in load_registry().metrics.values() for name in dimensions_of(load_registry(), metric)}
)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_groups_of_what_adds_up_add_up(week: WarehouseBuild, dimension: str) -> None:
    """By whatever it is split, nothing is lost and nothing counted twice."""
    registry = load_registry()
    metrics = [
        name
        for name, metric in registry.metrics.items()
        if dimension in dimensions_of(registry, metric) and _adds_up(name, dimension)
    ]
    [total] = ask(week.client, Question(metrics)).rows
    groups = [row[1:] for row in ask(week.client, Question(metrics, [dimension])).rows]
    summed = [float(sum(column)) for column in zip(*groups, strict=True)]
    assert dict(zip(metrics, summed, strict=True)) == pytest.approx(
        {name: float(value) for name, value in zip(metrics, total, strict=True)}
    )


@pytest.fixture(scope="module")
def dax(week: WarehouseBuild) -> Any:
    """The Power BI model and the rows it would import."""
    return golden_model(week.client)


def test_dax_says_what_the_metrics_say(week: WarehouseBuild, dax: Any) -> None:
    """Each measure that names a metric, under every filter and comparison; those not executed are named."""
    model, rows = dax
    comparisons = [
        replace(WEEK, name=f"the week, {name}", comparison=name)
        for name in ("prior_period", "last_year", "year_to_date")
        if model.calculation_groups
    ]
    agreement = compare(week.client, model, rows, load_registry(), [*SELECTIONS.values(), *comparisons])
    assert agreement.differences == []
    assert agreement.not_executed == {}
    assert agreement.executed


def test_what_was_worked_out_is_many_figures() -> None:
    """Fewer would mean that a page or a column was not read."""
    assert sum(len(worked_out(selection)) for selection in SELECTIONS.values()) > 450
