"""What is asked: which metrics, split by what, of which rows and days, compared with which other days."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from contracts.problems import Problem

PRIOR_PERIOD, LAST_YEAR, YEAR_TO_DATE = "prior_period", "last_year", "year_to_date"
COMPARISONS = (PRIOR_PERIOD, LAST_YEAR, YEAR_TO_DATE)
SAME_WEEKDAY_LAST_YEAR = 364  # days: 52 weeks, so that Mondays meet Mondays


@dataclass(frozen=True)
class Question:
    """Metrics by dimensions and periods, of the rows whose dimensions have one of the named values.

    `first` and `last` are the window's days, both included; without them it is open. Comparisons are further columns.
    """

    metrics: Sequence[str]
    by: Sequence[str] = ()
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    compare: Sequence[str] = ()


@dataclass(frozen=True)
class Window:
    """Days of rows, and how far they are moved to stand beside the days they are compared with."""

    first: date | None
    last: date | None
    days: int = 0
    months: int = 0

    def moved(self, expression: str) -> str:
        """SQL of a column of dates, moved."""
        moved = f"addMonths({expression}, {self.months})" if self.months else expression
        return f"addDays({moved}, {self.days})" if self.days else moved


def asked_window(question: Question) -> Window:
    """The days asked for. Raises Problem where they end before they begin."""
    if question.first and question.last and question.first > question.last:
        raise Problem(f"The window ends on {question.last}, before {question.first}.", "Swap the two days.")
    return Window(question.first, question.last)


def compared_window(question: Question, comparison: str) -> Window:
    """The days to compare with: whole months with as many months before, other days with as many. Raises Problem."""
    if comparison not in COMPARISONS:
        raise Problem(f"Nothing can be compared with {comparison!r}.", f"There are: {', '.join(COMPARISONS)}.")
    if not question.first or not question.last:
        raise Problem(f"{comparison} needs a window.", "Say its first and last day.")
    first, last = question.first, question.last
    if comparison == YEAR_TO_DATE:
        return Window(last.replace(month=1, day=1), last)
    if comparison == LAST_YEAR:
        return _earlier_days(first, last, SAME_WEEKDAY_LAST_YEAR)
    if _is_whole_months(first, last):
        return _earlier_months(first, last, _months(first, last))
    return _earlier_days(first, last, (last - first).days + 1)


def _earlier_days(first: date, last: date, days: int) -> Window:
    return Window(first - timedelta(days), last - timedelta(days), days=days)


def _earlier_months(first: date, last: date, months: int) -> Window:
    ends = _months_before(last.replace(day=1), months)
    return Window(_months_before(first.replace(day=1), months), _last_of_month(ends), months=months)


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _is_whole_months(first: date, last: date) -> bool:
    return first.day == 1 and last == _last_of_month(last)


def _last_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _months_before(first_of_month: date, months: int) -> date:
    count = first_of_month.year * 12 + first_of_month.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
