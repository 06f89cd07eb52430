"""What Great Expectations said of one expectation, in our words."""

import json
from dataclasses import dataclass, field
from typing import Any, cast

import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from quality.gates.suites import CRITICAL, Suite

_SAMPLE = 5


@dataclass(frozen=True)
class Verdict:
    """One expectation of one suite. `offenders` are the subjects that did not meet it, with their figures."""

    suite: str
    expectation: str
    column: str
    says: str
    severity: str
    success: bool
    checked: int
    observed: str
    expected: str
    offenders: list[dict[str, Any]] = field(default_factory=list)

    @property
    def stops(self) -> bool:
        """Whether what follows must not run."""
        return not self.success and self.severity == CRITICAL

    @property
    def sample(self) -> str:
        """The first offenders, as JSON."""
        return json.dumps(self.offenders[:_SAMPLE], default=str, ensure_ascii=False)


def verdict_of(suite: Suite, figures: pd.DataFrame, result: ExpectationValidationResult) -> Verdict:
    """The verdict, with what was observed and expected as a person says it."""
    config = cast(ExpectationConfiguration, result.expectation_config)
    columns = [config.kwargs[name] for name in ("column", "column_A", "column_B") if name in config.kwargs]
    offenders = _offenders(suite, figures, columns, bool(result.success))
    return Verdict(
        suite=suite.name,
        expectation=config.type,
        column=", ".join(columns),
        says=str(config.notes),
        severity=str(getattr(config.severity, "value", config.severity)),
        success=bool(result.success),
        checked=len(figures),
        observed=_observed(figures, columns),
        expected=_expected(config.type, config.kwargs),
        offenders=_listed(result, suite, columns) or offenders,
    )


def _listed(result: ExpectationValidationResult, suite: Suite, columns: list[str]) -> list[dict[str, Any]]:
    rows = result.result.get("unexpected_index_list") or []
    wanted = [*suite.subject, *columns]
    return [{name: _plain(row[name]) for name in wanted if name in row} for row in rows]


def _offenders(suite: Suite, figures: pd.DataFrame, columns: list[str], success: bool) -> list[dict[str, Any]]:
    return [] if success or columns else [{"rows": len(figures)}]


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return round(value, 6) if isinstance(value, float) else value


def _observed(figures: pd.DataFrame, columns: list[str]) -> str:
    if not columns:
        return f"{len(figures)} rows"
    if figures.empty:
        return "nothing to judge"
    return "; ".join(_range(name, figures[name]) for name in columns)


def _range(name: str, values: pd.Series) -> str:
    if not pd.api.types.is_numeric_dtype(values):
        return f"{name}: {values.nunique()} different"
    low, high = _number(values.min()), _number(values.max())
    return f"{name} {low}" if low == high else f"{name} {low} to {high}"


def _number(value: Any) -> str:
    return f"{float(value):.6g}" if float(value) != int(value) else f"{int(value)}"


def _expected(kind: str, kwargs: dict[str, Any]) -> str:
    if kind == "expect_column_pair_values_to_be_equal":
        return f"{kwargs['column_A']} = {kwargs['column_B']}"
    if kind == "expect_column_pair_values_a_to_be_greater_than_b":
        return f"{kwargs['column_B']} <= {kwargs['column_A']}"
    if "value_set" in kwargs:
        return ", ".join(map(str, kwargs["value_set"]))
    limits = [
        f"{word} {_number(kwargs[name])}"
        for name, word in (("min_value", "at least"), ("max_value", "at most"))
        if kwargs.get(name) is not None
    ]
    return " and ".join(limits)
