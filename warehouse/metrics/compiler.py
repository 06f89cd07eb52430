"""Compiles a question to one ClickHouse statement.

Each table is read once per window; the readings are put under each other, never joined, and met again by dimension.
So nothing is counted twice, and a ratio is the ratio of totals.
"""

from dataclasses import dataclass
from typing import Any

from contracts.problems import Problem
from warehouse.metrics.definitions import Measure, Metric, Registry, load_registry
from warehouse.metrics.dimensions import PERIODS, NotAllowedError, checked_dimension, checked_metric
from warehouse.metrics.formulas import as_sql, expanded
from warehouse.metrics.questions import YEAR_TO_DATE, Question, Window, asked_window, compared_window
from warehouse.metrics.scans import Parameters, Scan, ScanWriter

_EMPTY_IS_ZERO = ("sum", "count_distinct")


@dataclass(frozen=True)
class Compiled:
    """SQL, what is bound to it, and the names of the columns that come back: dimensions first."""

    sql: str
    parameters: dict[str, Any]
    columns: tuple[str, ...]


def compile_question(question: Question, prefix: str = "", registry: Registry | None = None) -> Compiled:
    """The statement that answers a question, over databases with this prefix. Raises Problem with the nearest name."""
    return _Compilation(question, prefix, registry or load_registry()).compiled()


@dataclass(frozen=True)
class _Column:
    """A measure over a window, and the column it is read into."""

    measure: Measure
    window: Window


class _Compilation:
    def __init__(self, question: Question, prefix: str, registry: Registry) -> None:
        if not question.metrics:
            raise Problem("No metric is asked for.", "./retail kpi lists them.")
        self._question, self._registry = question, registry
        self._parameters = Parameters()
        self._writer = ScanWriter(registry, prefix, self._parameters)
        self._metrics = [checked_metric(registry, name) for name in question.metrics]
        self._by = tuple(self._shared(name) for name in question.by)
        self._where = tuple((self._shared(name), tuple(map(str, of))) for name, of in question.where.items())
        self._columns: dict[_Column, str] = {}
        for name, _ in self._where:
            if name in PERIODS:
                raise NotAllowedError(f"{name} is no filter.", "Say the first and the last day.")

    def compiled(self) -> Compiled:
        dimensions = [f"d_{number}" for number in range(len(self._by))]
        figures = {name: sql for metric in self._metrics for name, sql in self._figures(metric)}
        readings = "\n\nunion all\n\n".join(self._readings(dimensions))
        chosen = [f"{alias} as `{name}`" for alias, name in zip(dimensions, self._question.by, strict=True)]
        chosen += [f"{sql} as `{name}`" for name, sql in figures.items()]
        met = ", ".join(dimensions + [f"max({column}) as {column}_" for column in self._columns.values()])
        by = ", ".join(dimensions)
        sql = f"select {', '.join(chosen)}\nfrom (\nselect {met}\nfrom (\n{readings}\n)"
        sql += f"\ngroup by {by}\n)\norder by {by}" if dimensions else "\n)"
        return Compiled(sql, self._parameters.values, (*self._question.by, *figures))

    def _shared(self, name: str) -> str:
        """The full name of a dimension that every metric asked for has."""
        found = [checked_dimension(self._registry, metric, name) for metric in self._metrics]
        return found[0]

    def _figures(self, metric: Metric) -> list[tuple[str, str]]:
        found = [(metric.name, self._figure(metric, ""))]
        return found + [(f"{metric.name}__{name}", self._figure(metric, name)) for name in self._question.compare]

    def _figure(self, metric: Metric, comparison: str) -> str:
        if comparison:
            self._check_comparison(metric, comparison)
        return as_sql(expanded(metric.formula, self._registry.formula), lambda name: self._column(name, comparison))

    def _check_comparison(self, metric: Metric, comparison: str) -> None:
        if any(model.is_as_of_now for model in self._registry.models_of(metric)):
            what = f"{metric.label} is as of now: there is no {comparison} of it."
            raise NotAllowedError(what, "Leave the comparison out.")
        if comparison == YEAR_TO_DATE and set(self._by) & set(PERIODS):
            raise NotAllowedError("A year to date has no periods.", "Leave the period or the comparison out.")

    def _column(self, measure_name: str, comparison: str) -> str:
        measure = self._registry.measures[measure_name]
        window = compared_window(self._question, comparison) if comparison else asked_window(self._question)
        column = self._columns.setdefault(_Column(measure, window), f"v_{len(self._columns)}")
        return f"ifNull({column}_, 0)" if measure.aggregation in _EMPTY_IS_ZERO else f"{column}_"

    def _readings(self, dimensions: list[str]) -> list[str]:
        read: dict[tuple[str, str, Window], list[_Column]] = {}
        for column in self._columns:
            read.setdefault((column.measure.model, column.measure.at, column.window), []).append(column)
        return [self._reading(columns, dimensions) for columns in read.values()]

    def _reading(self, columns: list[_Column], dimensions: list[str]) -> str:
        """One scan, with NULL for what other scans read: in a UNION, columns go by position."""
        first = columns[0]
        scan = Scan(
            self._registry.models[first.measure.model],
            first.measure.at,
            tuple(column.measure for column in columns),
            first.window,
            self._by,
            self._where,
        )
        names = {column.measure.name: self._columns[column] for column in columns}
        mine = set(names.values())
        if len(mine) == len(self._columns):
            return self._writer.sql(scan, names, dimensions)
        aligned = dimensions + [c if c in mine else f"null as {c}" for c in self._columns.values()]
        return f"select {', '.join(aligned)}\nfrom (\n{self._writer.sql(scan, names, dimensions)}\n)"
