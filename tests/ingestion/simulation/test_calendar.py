"""Days, clocks and feasts, against calendars anyone can look up."""

from datetime import date

import pytest

from ingestion.simulation.clock import HOUR, hour_starts, instant
from ingestion.simulation.feasts import easter, holidays, is_closed


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)]
)
def test_easter(year: int, month: int, day: int) -> None:
    """Easter Sundays as the churches publish them."""
    assert easter(year) == date(year, month, day).toordinal()


def _named(calendar: str, year: int) -> dict[str, date]:
    return {holiday.name: date.fromordinal(holiday.day) for holiday in holidays(calendar, year)}


def test_bank_holidays_of_england() -> None:
    """The moveable ones of 2025 and 2026."""
    assert _named("england", 2025)["Early May bank holiday"] == date(2025, 5, 5)
    assert _named("england", 2025)["Spring bank holiday"] == date(2025, 5, 26)
    assert _named("england", 2026)["Summer bank holiday"] == date(2026, 8, 31)
    assert _named("england", 2028)["New Year's Day"] == date(2028, 1, 3)  # 1 January is a Saturday
    assert _named("scotland", 2026)["Summer bank holiday"] == date(2026, 8, 3)


def test_holidays_of_the_united_states() -> None:
    """Thanksgiving is the fourth Thursday of November."""
    assert _named("united_states", 2025)["Thanksgiving"] == date(2025, 11, 27)
    assert _named("united_states", 2026)["Labor Day"] == date(2026, 9, 7)
    assert _named("united_states", 2026)["Memorial Day"] == date(2026, 5, 25)


def test_stores_close_on_some_holidays() -> None:
    """Christmas Day is a closed day, Boxing Day is not."""
    assert is_closed("england", date(2025, 12, 25).toordinal())
    assert not is_closed("england", date(2025, 12, 26).toordinal())


def test_hours_of_a_day_when_clocks_change() -> None:
    """In London the day in March has 23 hours, the hour from one to two none; the one in October has 25."""
    march = hour_starts("Europe/London", date(2026, 3, 29).toordinal())
    assert march[24] - march[0] == 23 * HOUR
    assert march[2] - march[1] == 0
    october = hour_starts("Europe/London", date(2026, 10, 25).toordinal())
    assert october[24] - october[0] == 25 * HOUR


def test_local_hours_in_utc() -> None:
    """Nine in the morning in Los Angeles is five in the afternoon in winter."""
    assert instant(hour_starts("America/Los_Angeles", date(2026, 1, 15).toordinal())[9]) == "2026-01-15T17:00:00.000Z"
