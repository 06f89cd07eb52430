"""The verb `kpi`: what it shows, how it is asked, what it says when it is asked wrongly."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import kpi
from cli.__main__ import app
from contracts.problems import Problem
from warehouse.metrics.answers import Answer
from warehouse.metrics.definitions import load_registry
from warehouse.metrics.questions import Question


def _run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["kpi", *arguments])


def test_without_a_name_it_lists_what_there_is() -> None:
    """Each metric with its KPI, its name and what it is."""
    text = _run().stdout
    assert all(name in text for name in load_registry().metrics)
    assert "Net amount of sale lines ÷ transactions." in text


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    """Before anything is asked of the warehouse."""
    problem = _run("profit_margn").exception
    assert isinstance(problem, Problem)
    assert "profit_margin" in problem.remedy


def test_a_condition_without_a_value_is_a_sentence() -> None:
    """`--where region` names no value."""
    assert "names no value" in str(_run("profit_margin", "--where", "region").exception)


@pytest.mark.parametrize(
    ("metrics", "by", "asked"),
    [
        (["total_revenue"], ["store"], ["source", "currency", "store"]),
        (["profit_margin"], [], ["source", "currency"]),
        (["total_revenue"], ["currency"], ["source", "currency"]),
        (["transactions"], ["store"], ["source", "store"]),
        (["in_stock_rate"], ["source"], ["source"]),
    ],
)
def test_retailers_and_currencies_are_kept_apart(metrics: Sequence[str], by: Sequence[str], asked: list[str]) -> None:
    """Money of two currencies does not add up, a ratio of money neither; counts only of one retailer."""
    registry = load_registry()
    question = kpi._kept_apart(registry, [registry.metrics[name] for name in metrics], Question(metrics, by))
    assert list(question.by) == asked


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, "ratio", "–"),
        (0.27654, "ratio", "27.7 %"),
        (Decimal("1197314.3149"), "money", "1,197,314.31"),
        (192696, "count", "192,696"),
        (24.1631, "times", "24.16"),
        (17.0163, "days", "17.0"),
    ],
)
def test_figures_are_written_by_their_unit(value: Any, unit: str, shown: str) -> None:
    """What has no value is a dash, not a zero."""
    assert kpi.figure(value, unit) == shown


def test_a_comparison_stands_beside_its_metric() -> None:
    """The label heads the metric's column, the comparison its own."""
    columns = ("store", "total_revenue", "total_revenue__last_year")
    table = kpi._figures(load_registry(), Answer(columns, [("s1", Decimal("20.50"), Decimal(11))]), 1)
    assert [column.header for column in table.columns] == ["store", "Total revenue", "year before"]
    assert [list(column.cells) for column in table.columns] == [["s1"], ["20.50"], ["11.00"]]
