"""The book of every pair (place, product), walked movement by movement from the events, in plain Python.

By the words of KPIS.md, not by the models' SQL.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from tests.dbt_project.sales_by_pandas import ZERO
from tests.dbt_project.told_events import DAY, Event, Told, instant, money

KINDS = (
    *("opening_balance", "receipt", "transfer_in", "return", "adjustment", "sale", "transfer_out", "damage"),
    *("expired", "theft_report", "own_use", "stock_count"),
)
STATED = ("opening_balance", "receipt", "transfer_in", "stock_count")
TAKEN = ("transfer_out", "damage", "expired", "theft_report", "own_use")
Pair = tuple[str, str]


class Step(NamedTuple):
    """Something that changed the book, or counted it."""

    at: datetime
    rank: int
    event_id: str
    kind: str
    day: date
    units: Decimal
    event: Event


@dataclass
class Day:
    """A day of a pair."""

    opening: Decimal
    steps: list[Step] = field(default_factory=list)

    @property
    def closing(self) -> Decimal:
        """The book in the evening."""
        return self.opening + sum((step.units for step in self.steps), ZERO)

    def moved(self, *kinds: str) -> Decimal:
        """Units of these kinds."""
        return sum((step.units for step in self.steps if step.kind in kinds), ZERO)


@dataclass
class Book:
    """The book of a pair, day by day since something first said how much there is."""

    place: str
    product_id: str
    tracked_at: datetime
    steps: list[Step]
    days: dict[date, Day]

    @property
    def tracked_from(self) -> date:
        """Its first day."""
        return min(self.days)


@cache
def books(told: Told) -> dict[Pair, Book]:
    """The book of every pair that is tracked."""
    found = {}
    for pair, steps in _steps(told).items():
        stated = [step for step in steps if step.kind in STATED]
        if stated:
            found[pair] = _walked(told, pair, min(step.at for step in stated), sorted(steps, key=_turn))
    return found


def _turn(step: Step) -> tuple:
    return step.at, step.rank, step.event_id


def _steps(told: Told) -> dict[Pair, list[Step]]:
    found: dict[Pair, list[Step]] = defaultdict(list)
    voided = {(e["store_id"], e["transaction_id"], e["line_number"]) for e in told.of("void")}
    for event in told.of(*KINDS):
        kind, at = event["event_type"], instant(event.get("counted_at", event["event_time"]))
        if kind in ("sale", "return"):
            line = event["store_id"], event["transaction_id"], event["line_number"]
            is_kept = kind == "return" and event["disposition"] != "resell"
            if line in voided or event["line_type"] != "merchandise" or is_kept:
                continue
            place = event.get("fulfilment_location_id", event["store_id"])
            day = date.fromisoformat(event["business_date"])
        else:
            place = event["location_id"]
            day = told.local_day(place, at)
        sign = -1 if kind in (*TAKEN, "sale") else 1
        step = Step(at, KINDS.index(kind), event["event_id"], kind, day, sign * Decimal(event["quantity"]), event)
        found[place, event["product_id"]].append(step)
    return found


def _walked(told: Told, pair: Pair, tracked_at: datetime, steps: list[Step]) -> Book:
    place, product = pair
    first, last = told.local_day(place, tracked_at), told.local_day(place, told.as_of)
    book, real = ZERO, []
    for step in (step for step in steps if step.day >= first):
        moved = step._replace(units=step.units - book) if step.kind == "stock_count" else step
        book += moved.units
        real.append(moved)
    by_day: dict[date, list[Step]] = defaultdict(list)
    for step in real:
        if step.at <= told.as_of:
            by_day[step.day].append(step)
    days, closing = {}, ZERO
    for number in range((last - first).days + 1):
        day = first + number * DAY
        days[day] = Day(closing, by_day.get(day, []))
        closing = days[day].closing
    return Book(place, product, tracked_at, real, days)


def is_ranged(told: Told, book: Book, day: date) -> bool:
    begins = told.day_starts(book.place, day)
    launched = told.products.at(begins, book.product_id).get("launch_date")
    in_range = told.ranges.at(begins, book.place, book.product_id).get("is_ranged", True)
    return in_range and (launched is None or launched <= str(day))


def stock_value(told: Told, book: Book, day: date) -> Decimal:
    """Of the evening's book, at the cost in force as the day ended; nothing where none is known."""
    said = told.costs.before(told.day_starts(book.place, day + DAY), book.product_id).get("unit_cost")
    return ZERO if said is None else money(book.days[day].closing * Decimal(said))


def _spells(told: Told, book: Book, day: date) -> Iterator[tuple[datetime, datetime]]:
    """Stretches of the day without stock."""
    units, since = book.days[day].opening, told.day_starts(book.place, day)
    for step in book.days[day].steps:
        if units <= 0:
            yield since, step.at
        units, since = units + step.units, step.at
    if units <= 0:
        yield since, told.day_starts(book.place, day + DAY)


def minutes_on_offer(told: Told, book: Book, day: date) -> tuple[int, int, int, int]:
    """Open minutes of a pair on offer, those of them without stock; whether it is offered, and in stock at opening."""
    hours = told.open_hours(book.place, day)
    if not hours or not is_ranged(told, book, day):
        return 0, 0, 0, 0
    opens, closes = hours[0], min(hours[1], told.as_of)
    spells = list(_spells(told, book, day))
    out = sum(max(_second(min(until, closes)) - _second(max(since, opens)), 0) for since, until in spells)
    is_out = any(since <= opens < until for since, until in spells)
    return max(_second(closes) - _second(opens), 0) // 60, out // 60, 1, int(not is_out)


def _second(moment: datetime) -> int:
    """Minutes are counted on a clock that shows whole seconds."""
    return int(moment.timestamp())
