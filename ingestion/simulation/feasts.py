"""Holidays of the calendars a region may follow, and the feasts that make days busy."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple


class Holiday(NamedTuple):
    """A holiday; stores of the region do not open when `closed`."""

    day: int
    name: str
    closed: bool


@lru_cache
def easter(year: int) -> int:
    """Easter Sunday as an ordinal (the anonymous Gregorian computus)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1).toordinal()


@lru_cache
def holidays(calendar: str, year: int) -> tuple[Holiday, ...]:
    """Every holiday of a calendar in a year, by day. Raises KeyError for an unknown calendar."""
    found = [Holiday(day, name, closed) for day, name, closed in _CALENDARS[calendar](year)]
    return tuple(sorted(found))


def is_closed(calendar: str, day: int) -> bool:
    """Whether stores under this calendar stay shut."""
    return any(holiday.day == day and holiday.closed for holiday in holidays(calendar, date.fromordinal(day).year))


def _on(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal()


def _observed(day: int) -> int:
    """The Monday after, when a day falls on a weekend."""
    return day + {5: 2, 6: 1}.get((day - 1) % 7, 0)


def _nth(year: int, month: int, weekday: int, n: int) -> int:
    first = _on(year, month, 1)
    return first + (weekday - (first - 1) % 7) % 7 + 7 * (n - 1)


def _last(year: int, month: int, weekday: int) -> int:
    end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return end.toordinal() - (end.weekday() - weekday) % 7


def _england(year: int) -> list[tuple[int, str, bool]]:
    christmas = _on(year, 12, 25)
    return [
        (_observed(_on(year, 1, 1)), "New Year's Day", False),
        (easter(year) - 2, "Good Friday", False),
        (easter(year), "Easter Sunday", True),
        (easter(year) + 1, "Easter Monday", False),
        (_nth(year, 5, 0, 1), "Early May bank holiday", False),
        (_last(year, 5, 0), "Spring bank holiday", False),
        (_last(year, 8, 0), "Summer bank holiday", False),
        (christmas, "Christmas Day", True),
        (christmas + 1, "Boxing Day", False),
    ]


def _scotland(year: int) -> list[tuple[int, str, bool]]:
    return [
        (_on(year, 1, 1), "New Year's Day", True),
        (_observed(_on(year, 1, 2)), "2nd January", False),
        (easter(year) - 2, "Good Friday", False),
        (_nth(year, 5, 0, 1), "Early May bank holiday", False),
        (_last(year, 5, 0), "Spring bank holiday", False),
        (_nth(year, 8, 0, 1), "Summer bank holiday", False),
        (_observed(_on(year, 11, 30)), "St Andrew's Day", False),
        (_on(year, 12, 25), "Christmas Day", True),
        (_on(year, 12, 26), "Boxing Day", False),
    ]


def _united_states(year: int) -> list[tuple[int, str, bool]]:
    return [
        (_on(year, 1, 1), "New Year's Day", False),
        (_nth(year, 1, 0, 3), "Martin Luther King Jr. Day", False),
        (_last(year, 5, 0), "Memorial Day", False),
        (_on(year, 7, 4), "Independence Day", False),
        (_nth(year, 9, 0, 1), "Labor Day", False),
        (_nth(year, 11, 3, 4), "Thanksgiving", True),
        (_on(year, 12, 25), "Christmas Day", True),
    ]


def _europe(year: int) -> list[tuple[int, str, bool]]:
    return [
        (_on(year, 1, 1), "New Year's Day", True),
        (easter(year) - 2, "Good Friday", True),
        (easter(year) + 1, "Easter Monday", True),
        (_on(year, 5, 1), "Labour Day", True),
        (_on(year, 12, 25), "Christmas Day", True),
        (_on(year, 12, 26), "Second day of Christmas", True),
    ]


_CALENDARS = {
    "england": _england,
    "scotland": _scotland,
    "united_states": _united_states,
    "europe": _europe,
}
