"""What is asked: which metrics, split by what, of which rows and days, compared with which other days."""

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
    """Days of rows, and by how many days they are moved to stand beside the days they are compared with."""

    first: date | None
    last: date | None
    moved_days: int = 0

    def moved(self, expression: str) -> str:
        """SQL of a column of dates, moved."""
        return f"addDays({expression}, {self.moved_days})" if self.moved_days else expression


def asked_window(question: Question) -> Window:
    """The days asked for. Raises Problem where they end before they begin."""
    if question.first and question.last and question.first > question.last:
        raise Problem(f"The window ends on {question.last}, before {question.first}.", "Swap the two days.")
    return Window(question.first, question.last)


def compared_window(question: Question, comparison: str) -> Window:
    """The days to compare with: as many right before, the same weekdays 52 weeks before, or the year so far.

    Raises Problem where the comparison is not known or the window is open.
    """
    if comparison not in COMPARISONS:
        raise Problem(f"Nothing can be compared with {comparison!r}.", f"There are: {', '.join(COMPARISONS)}.")
    if not question.first or not question.last:
        raise Problem(f"{comparison} needs a window.", "Say its first and its last day.")
    first, last = question.first, question.last
    if comparison == YEAR_TO_DATE:
        return Window(last.replace(month=1, day=1), last)
    days = SAME_WEEKDAY_LAST_YEAR if comparison == LAST_YEAR else (last - first).days + 1
    return Window(first - timedelta(days), last - timedelta(days), moved_days=days)
