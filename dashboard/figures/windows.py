"""The days in view: named windows that end on the last whole day, or days of one's own."""

from dataclasses import dataclass
from datetime import date, timedelta

DEFAULT = "28d"
NAMED = {
    "7d": "Last 7 days",
    "28d": "Last 28 days",
    "91d": "Last 13 weeks",
    "364d": "Last 52 weeks",
    "mtd": "Month to date",
    "ytd": "Year to date",
}
OWN = "own"
_BETWEEN = ".."


@dataclass(frozen=True)
class Window:
    """Days in view, both ends included. `whole_last` is the last of them that is over: only whole days are compared."""

    first: date
    last: date
    whole_last: date

    @property
    def days(self) -> int:
        """How many days are in view."""
        return (self.last - self.first).days + 1

    @property
    def has_half_day(self) -> bool:
        """True if the last day in view is not over."""
        return self.last > self.whole_last

    @property
    def is_comparable(self) -> bool:
        """True if there is a whole day to compare."""
        return self.first <= self.whole_last


def window_named(said: str, whole_last: date) -> Window:
    """The window that a URL or a selection says; what it does not understand is the default."""
    if own := own_days(said):
        first, last = own
        return Window(first, last, min(last, whole_last))
    first = _first_day(said if said in NAMED else DEFAULT, whole_last)
    return Window(first, whole_last, whole_last)


def own_days(said: str) -> tuple[date, date] | None:
    """`2026-11-01..2026-11-14` as two days, in their order; None where it says anything else."""
    one, between, other = said.partition(_BETWEEN)
    try:
        days = sorted((date.fromisoformat(one), date.fromisoformat(other)))
    except ValueError:
        return None
    return (days[0], days[1]) if between else None


def written(first: date, last: date) -> str:
    """Two days as a URL says them."""
    return f"{first}{_BETWEEN}{last}"


def _first_day(name: str, last: date) -> date:
    if name == "mtd":
        return last.replace(day=1)
    if name == "ytd":
        return last.replace(month=1, day=1)
    return last - timedelta(days=int(name.removesuffix("d")) - 1)
