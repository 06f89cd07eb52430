"""Which day is the last whole one, and when the stamp turns amber."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from dashboard.figures.state import Source, chip, chosen_source, whole_day_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def _days(*not_closed: int) -> pd.DataFrame:
    """Days back from today, with how many stores have not closed each."""
    return pd.DataFrame(
        [(TODAY - timedelta(days=back), count, 7) for back, count in enumerate(not_closed)],
        columns=["date_key", "not_closed", "places"],
    )


def test_a_day_is_whole_when_every_store_has_closed_it() -> None:
    """Today is not, yesterday is; nor is a yesterday of which one store is still open."""
    assert whole_day_of(_days(7, 0, 0), TODAY) == date(2026, 11, 22)
    assert whole_day_of(_days(7, 1, 0), TODAY) == date(2026, 11, 21)
    assert whole_day_of(_days(0, 0), TODAY) == TODAY


def test_a_store_that_never_closes_does_not_stop_the_calendar() -> None:
    """After a week a day is over anyway."""
    days = _days(*[1] * 9)
    assert whole_day_of(days, TODAY) == TODAY - timedelta(days=8)


def test_where_stores_do_not_close_days_yesterday_is_whole() -> None:
    """A retailer without control totals."""
    assert whole_day_of(_days(), TODAY) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("status", "hours_old", "is_amber", "says"),
    [
        ("ok", 1, False, "Checks passed"),
        ("ok", 27, True, "No news for 27 h"),
        ("amber", 1, True, "a total is off"),
        ("not checked", 1, True, "Nobody has checked"),
    ],
)
def test_the_stamp_is_amber_when_figures_are_old_or_not_sound(
    status: str, hours_old: int, is_amber: bool, says: str
) -> None:
    """And it says why, and what to do."""
    found = chip(Source("demo", NOW - timedelta(hours=hours_old), status, "a total is off", NOW), NOW)
    assert found.is_amber == is_amber
    assert says in found.why


def test_an_unknown_retailer_is_the_one_with_the_latest_figures() -> None:
    """An old link still shows something."""
    old, new = (Source(name, NOW - timedelta(days=age), "ok", "", NOW) for name, age in (("a", 9), ("b", 1)))
    assert chosen_source([old, new], "gone") == new
    assert chosen_source([old, new], "a") == old
