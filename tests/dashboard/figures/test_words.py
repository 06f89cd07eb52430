"""Figures as people read them."""

from datetime import UTC, datetime

import pytest

from dashboard.figures.words import ago, duration, figure


@pytest.mark.parametrize(
    ("value", "unit", "currency", "shown"),
    [
        (40765.6, "money", "GBP", "£40,766"),
        (6.289, "money", "GBP", "£6.29"),
        (-1234.5, "money", "EUR", "−€1,234"),
        (1_234_567.0, "money", "SEK", "SEK 1.23 m"),
        (0.2774, "ratio", "", "27.7 %"),
        (13.1942, "times", "", "13.19"),
        (27.06, "days", "", "27.1 d"),
        (6595, "count", "", "6,595"),
        (None, "count", "", "–"),
        (float("nan"), "ratio", "", "–"),
    ],
)
def test_figures_have_their_units(value: float | None, unit: str, currency: str, shown: str) -> None:
    """Money with its symbol, shares in percent, nothing as a dash."""
    assert figure(value, unit, currency) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(-3, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172800, "2 d")]
)
def test_durations_have_one_unit(seconds: float, shown: str) -> None:
    """The largest of which there are two."""
    assert duration(seconds) == shown


def test_ago_is_the_time_between() -> None:
    """Of two instants."""
    assert ago(datetime(2026, 1, 1, 10, tzinfo=UTC), datetime(2026, 1, 1, 10, 5, tzinfo=UTC)) == "5 min"
