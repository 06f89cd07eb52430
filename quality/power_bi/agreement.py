"""Holds each DAX measure that names a metric against the metric, under filters: the same figure or a sentence."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from quality.power_bi.evaluation import Filters, Rows, evaluate, why_not_executed
from quality.power_bi.model import DaxMeasure, PowerBiModel
from warehouse.metrics.answers import ask
from warehouse.metrics.definitions import Registry
from warehouse.metrics.dimensions import checked_dimension, checked_metric, periods_of
from warehouse.metrics.questions import Question

# How a calculation item calls what the compiler calls so.
CALCULATION_ITEMS = {"prior_period": "Prior period", "last_year": "Last year", "year_to_date": "Year to date"}
_VIEWS = {"store": ("stores", "store_id"), "category": ("products", "category")}
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Selection:
    """What a reader of a page chose: one store, one category, days, or none of these; and one comparison, or none."""

    name: str
    store: str = ""
    category: str = ""
    first: date | None = None
    last: date | None = None
    comparison: str = ""

    def wheres(self) -> dict[str, list[str]]:
        """As a question's conditions."""
        return {name: [value] for name, value in (("store", self.store), ("category", self.category)) if value}


@dataclass(frozen=True)
class Agreement:
    """Sentences on what differs, and the measures by what could be said of them."""

    differences: list[str]
    executed: list[str]
    not_executed: dict[str, str]  # and why


def compare(
    client: Client, model: PowerBiModel, rows: Rows, registry: Registry, selections: Sequence[Selection]
) -> Agreement:
    """Every measure with a metric, under every selection that its metric knows. Raises Problem at an unknown metric."""
    measures = [measure for measure in model.measures.values() if measure.metric]
    reasons = {measure.name: why_not_executed(model, measure) for measure in measures}
    executed = [measure for measure in measures if not reasons[measure.name]]
    differences = [
        sentence
        for selection in selections
        for sentence in _differences(client, model, rows, registry, executed, selection)
    ]
    return Agreement(
        differences,
        [measure.name for measure in executed],
        {name: reason for name, reason in reasons.items() if reason},
    )


def _differences(
    client: Client,
    model: PowerBiModel,
    rows: Rows,
    registry: Registry,
    measures: Sequence[DaxMeasure],
    selection: Selection,
) -> Iterator[str]:
    asked = [measure for measure in measures if _is_known(registry, measure, selection)]
    if not asked:
        return
    names = list(dict.fromkeys(measure.metric for measure in asked))
    compared = [selection.comparison] if selection.comparison else []
    question = Question(names, (), selection.wheres(), selection.first, selection.last, compared)
    [record] = ask(client, question, registry=registry).records()
    said = evaluate(model, rows, [measure.name for measure in asked], filters_of(model, selection))
    for measure in asked:
        column = f"{measure.metric}__{selection.comparison}" if selection.comparison else measure.metric
        if not agrees(record[column], said[measure.name]):
            yield f"{measure.name}, {selection.name}: DAX {said[measure.name]}, {measure.metric} {record[column]}"


def _is_known(registry: Registry, measure: DaxMeasure, selection: Selection) -> bool:
    metric = checked_metric(registry, measure.metric)
    if selection.comparison and not periods_of(registry, metric):
        return False
    try:
        return all(checked_dimension(registry, metric, name) for name in selection.wheres())
    except Problem:
        return False


def filters_of(model: PowerBiModel, selection: Selection) -> Filters:
    """The selection on the model's own columns."""
    found: dict[str, list[Any]] = {model.place_of(*_VIEWS[name]): values for name, values in selection.wheres().items()}
    if selection.first and selection.last:
        days = (selection.last - selection.first).days + 1
        found[model.place_of("dates", "date_key")] = [selection.first + timedelta(day) for day in range(days)]
    if selection.comparison:
        [group] = model.calculation_groups
        found[f"{group['table']}.{group['column']}"] = [CALCULATION_ITEMS[selection.comparison]]
    return found


def agrees(figure: Any, blank_or_figure: Any) -> bool:
    """Whether DAX says what SQL says: its blank is a sum of nothing or a ratio without a denominator."""
    if blank_or_figure is None or figure is None:
        return not figure and not blank_or_figure
    return math.isclose(float(figure), float(blank_or_figure), rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
