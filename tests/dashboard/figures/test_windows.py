"""The days in view: named windows end on the last whole day, own days stay as they are."""

from datetime import date

import pytest

from dashboard.figures.windows import Window, own_days, window_named, written

WHOLE = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("7d", date(2026, 11, 16)),
        ("28d", date(2026, 10, 26)),
        ("mtd", date(2026, 11, 1)),
        ("ytd", date(2026, 1, 1)),
        ("nonsense", date(2026, 10, 26)),
        ("", date(2026, 10, 26)),
    ],
)
def test_named_windows_end_on_the_last_whole_day(said: str, first: date) -> None:
    """What is not understood is the last 28 days."""
    assert window_named(said, WHOLE) == Window(first, WHOLE, WHOLE)


def test_a_half_day_is_in_view_and_not_compared() -> None:
    """Own days may reach into today; the last whole day stays what is compared."""
    window = window_named("2026-11-20..2026-11-23", WHOLE)
    assert (window.last, window.whole_last) == (date(2026, 11, 23), WHOLE)
    assert window.has_half_day
    assert window.is_comparable


def test_only_a_half_day_is_not_comparable() -> None:
    """Nothing of it is over."""
    assert not window_named("2026-11-23..2026-11-23", WHOLE).is_comparable


def test_own_days_are_read_as_they_are_written() -> None:
    """In either order; anything else is none."""
    days = (date(2026, 11, 1), date(2026, 11, 14))
    assert own_days(written(*days)) == days
    assert own_days("2026-11-14..2026-11-01") == days
    assert own_days("2026-11-14") is None
    assert own_days("a..b") is None
