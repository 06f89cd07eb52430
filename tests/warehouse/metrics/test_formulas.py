"""Formulas of metrics, as SQL and as people write them."""

import pytest

from contracts.problems import Problem
from warehouse.metrics.formulas import MeasureName, as_sql, as_text, expanded, measures_of, parsed

METRICS = {"sold": MeasureName("units"), "lost": MeasureName("misses"), "wanted": parsed("sold + lost")}


def _sql(text: str) -> str:
    return as_sql(expanded(parsed(text), METRICS.__getitem__), str.upper)


def test_sums_keep_the_type_of_their_terms() -> None:
    """Without a quotient nothing is cast: Decimal stays Decimal."""
    assert _sql("sold - lost") == "(UNITS - MISSES)"


def test_a_quotient_is_reckoned_in_floats_and_knows_nothing_of_a_division_by_zero() -> None:
    """The divisor becomes NULL where it is 0, in brackets as the formula has them."""
    assert _sql("sold / wanted") == "(toFloat64(UNITS) / nullIf((toFloat64(UNITS) + toFloat64(MISSES)), 0))"
    assert _sql("1 - sold / lost") == "(1 - (toFloat64(UNITS) / nullIf(toFloat64(MISSES), 0)))"


def test_measures_are_named_once() -> None:
    """A metric that is named twice, directly and below, is read once."""
    assert measures_of(parsed("sold / wanted"), METRICS.__getitem__) == ["units", "misses"]


def test_people_read_signs_and_labels() -> None:
    """With brackets only where they matter."""
    assert as_text(parsed("(sold - lost) * 365 / wanted"), str.upper) == "(SOLD − LOST) × 365 ÷ WANTED"
    assert as_text(parsed("sold / (lost * wanted)"), str.upper) == "SOLD ÷ (LOST × WANTED)"
    assert as_text(parsed("sold - (lost - wanted)"), str.upper) == "SOLD − (LOST − WANTED)"


@pytest.mark.parametrize(
    "text", ["sold +", "max(sold)", "sold if lost else 1", "sold ** 2", "'sold'", "sold > 1", "True"]
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    """Anything but names, numbers, brackets and + - * / is a sentence, not SQL."""
    with pytest.raises(Problem):
        parsed(text)
