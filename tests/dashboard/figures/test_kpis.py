"""Cards: how a change is said, and which weeks are whole."""

from datetime import date

import pandas as pd
import pytest

from dashboard.figures.kpis import Card, beside, change, is_estimate, label_of, whole_weeks
from warehouse.metrics.definitions import load_registry

METRICS = load_registry().metrics


@pytest.mark.parametrize(
    ("name", "now", "then", "text", "verdict"),
    [
        ("total_revenue", 110.0, 100.0, "10.0 %", "good"),
        ("total_revenue", 90.0, 100.0, "10.0 %", "bad"),
        ("shrinkage_rate", 0.02, 0.01, "1.0 pp", "bad"),
        ("profit_margin", 0.30, 0.28, "2.0 pp", "good"),
        ("stock_value", 110.0, 100.0, "10.0 %", ""),
        ("total_revenue", 100.0, 100.0, "0.0 %", ""),
    ],
)
def test_a_change_says_how_much_and_whether_it_is_good(
    name: str, now: float, then: float, text: str, verdict: str
) -> None:
    """Ratios in points, all else in percent; good and bad by the metric's own definition."""
    found = change(METRICS[name], now, then, "last year")
    assert found is not None
    assert (found.text, found.verdict) == (text, verdict)


@pytest.mark.parametrize(("now", "then"), [(None, 1.0), (1.0, None), (1.0, 0.0)])
def test_nothing_is_compared_with_nothing(now: float | None, then: float | None) -> None:
    """Growth from nought has no percentage."""
    assert change(METRICS["total_revenue"], now, then, "last year") is None


def test_estimates_are_known_by_their_label() -> None:
    """Which is shown without the words, for the card marks it."""
    assert is_estimate(METRICS["estimated_fill_rate"])
    assert label_of(METRICS["estimated_fill_rate"]) == "Fill rate, customers"
    assert not is_estimate(METRICS["total_revenue"])


def test_an_estimate_beside_is_marked_too() -> None:
    """A figure beside another one has no badge of its own."""
    card = beside(Card("A", "1"), {"B": Card("Long name", "2", is_estimate=True), "C": Card("C", "3")})
    assert card.beside == (("B (est.)", "2"), ("C", "3"))


def test_a_week_that_is_not_wholly_in_view_is_left_out() -> None:
    """Neither the first nor the last may be cut."""
    mondays = pd.Series([date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16)])
    found = whole_weeks(mondays, date(2026, 11, 3), date(2026, 11, 21))
    assert found.tolist() == [False, True, False]
