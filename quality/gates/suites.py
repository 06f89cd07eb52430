"""What a gate is made of: suites of expectations over figures that the engine measured."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

CRITICAL, WARNING = "critical", "warning"
Measure = Callable[[], pd.DataFrame]


@dataclass(frozen=True)
class Suite:
    """Expectations over one frame of figures: a row per subject, whose columns are named in `subject`."""

    name: str
    subject: tuple[str, ...]
    measure: Measure
    expectations: tuple[Expectation, ...]


def at_most(column: str, limit: float, severity: str, says: str) -> Expectation:
    """No figure of the column is above the limit."""
    return gxe.ExpectColumnValuesToBeBetween(column=column, max_value=limit, severity=severity, notes=says)


def at_least(column: str, limit: float, severity: str, says: str) -> Expectation:
    """No figure of the column is below the limit."""
    return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=limit, severity=severity, notes=says)


def none_of(column: str, severity: str, says: str) -> Expectation:
    """The column counts what must not be."""
    return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=[0], severity=severity, notes=says)


def not_above(column: str, limits: str, severity: str, says: str) -> Expectation:
    """Figure by figure, the column is at most what the column of limits says."""
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=limits, column_B=column, or_equal=True, severity=severity, notes=says
    )


def not_below(column: str, limits: str, severity: str, says: str) -> Expectation:
    """Figure by figure, the column is at least what the column of limits says."""
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=column, column_B=limits, or_equal=True, severity=severity, notes=says
    )


def same(column: str, other: str, severity: str, says: str) -> Expectation:
    """Both columns agree in every row."""
    return gxe.ExpectColumnPairValuesToBeEqual(column_A=column, column_B=other, severity=severity, notes=says)


def any_rows(severity: str, says: str) -> Expectation:
    """There is something to judge."""
    return gxe.ExpectTableRowCountToBeBetween(min_value=1, severity=severity, notes=says)
