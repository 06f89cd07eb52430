"""When an alert opens, how long it stays, and what it says: rules over a stock at an instant.

Each cause has two levels: an episode opens at one and stays until the other is reached, so that a stock that swings
around a level does not open and close episodes all day; after its end the cause rests for an hour. Estimates rest on
the terms of the last build of the warehouse.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from spark_jobs.stock.events import DAY, HOUR, UNIT
from spark_jobs.stock.state import FORGOTTEN_AFTER, Episode, Stock, units_text

REST = HOUR  # after an episode, before the next one of its cause
LOOK_AHEAD_DAYS = 2.0  # rapid depletion: a shelf that is empty later can wait
SURELY, PERHAPS = 0.5, 0.75  # of what would leave by then: less on the shelf opens the alert, more closes it
EXCESS_DAYS = 60  # KPI "stock value, excess, dead": above order-up-to + 60 days of demand
SILENCE = 4.6  # expected purchases: none where so many are usual has a chance of 1 %
MEDIUM, HIGH = 25.0, 100.0  # money at risk, in the source's currency
_LEVELS = {"low": 0, "medium": 1, "high": 2}


class Reading(NamedTuple):
    """What a rule sees. `opens` implies `stays`."""

    opens: bool
    stays: bool
    threshold: float  # thousandths of units that the cause is measured against
    money: float
    says: str


class Change(NamedTuple):
    """An episode that opened, grew worse or was resolved."""

    cause: str
    opened_at: int
    resolved_at: int | None
    severity: str
    on_hand: int
    threshold: float
    money: float
    says: str


NOTHING = Reading(False, False, 0.0, 0.0, "")


def judge(stock: Stock, at: int) -> list[Change]:
    """Open, escalate and resolve the stock's episodes at an instant; gives what changed."""
    if not stock.is_tracked:
        return []
    changes = [_judged(cause, rule(stock, at), stock, at) for cause, rule in RULES.items()]
    return [change for change in changes if change]


def _judged(cause: str, reading: Reading, stock: Stock, at: int) -> Change | None:
    episode = stock.episodes.get(cause)
    if episode is None:
        if not reading.opens or at < stock.rests.get(cause, 0):
            return None
        episode = stock.episodes[cause] = Episode(at, severity(reading.money), reading.money)
        return _change(cause, episode, None, stock, reading)
    if not reading.stays:
        del stock.episodes[cause]
        stock.rests[cause] = at + REST
        return _change(cause, episode, max(at, episode.opened_at), stock, reading)
    if _LEVELS[severity(reading.money)] > _LEVELS[episode.severity]:
        episode.severity, episode.money = severity(reading.money), reading.money
        return _change(cause, episode, None, stock, reading)
    return None


def _change(cause: str, episode: Episode, resolved_at: int | None, stock: Stock, reading: Reading) -> Change:
    says = reading.says if resolved_at is None else f"Over: {units_text(stock.on_hand)} on hand."
    return Change(
        cause, episode.opened_at, resolved_at, episode.severity, stock.on_hand, reading.threshold, episode.money, says
    )


def severity(money: float) -> str:
    """low, medium or high, by money at risk."""
    return "high" if money >= HIGH else "medium" if money >= MEDIUM else "low"


def _stock_out(stock: Stock, at: int) -> Reading:
    if not stock.terms.is_ranged or (stock.terms.is_known and not stock.rate()):
        return NOTHING
    missed = stock.rate() * _days_to_delivery(stock, at)
    return Reading(
        stock.on_hand <= 0, stock.on_hand < UNIT, 0.0, _margin(stock, missed),
        f"Out of stock by the book; {units_text(stock.rate())} a day are asked for, {_next_delivery(stock, at)}.",
    )  # fmt: skip


def _negative_book(stock: Stock, at: int) -> Reading:
    missing = -stock.on_hand
    return Reading(
        missing >= UNIT, missing > 0, 0.0, missing / UNIT * stock.terms.cost,
        f"The book says {units_text(stock.on_hand)}: something came in, or was sold as something else, unbooked.",
    )  # fmt: skip


def _low_stock(stock: Stock, at: int) -> Reading:
    level = stock.terms.reorder_point
    if not stock.terms.is_ranged or level <= 0:
        return NOTHING
    position = stock.position(at)
    short = stock.rate() * _days_to_delivery(stock, at) - max(stock.on_hand, 0)
    return Reading(
        position < level, position < level + max(UNIT, level // 10), level, _margin(stock, short),
        f"{units_text(position)} on hand and on order, below the reorder point of {units_text(level)}.",
    )  # fmt: skip


def _rapid_depletion(stock: Stock, at: int) -> Reading:
    left = stock.pace(at)
    if stock.on_hand <= 0 or left <= 0 or not stock.terms.is_ranged:
        return NOTHING
    pace = max(left, stock.rate())
    needed = pace * min(_days_to_delivery(stock, at), LOOK_AHEAD_DAYS)
    return Reading(
        stock.on_hand < SURELY * needed, stock.on_hand < PERHAPS * needed, needed,
        _margin(stock, needed - stock.on_hand),
        f"{units_text(left)} left in 24 hours: the {units_text(stock.on_hand)} on hand last "
        f"{24 * stock.on_hand / pace:.0f} hours, {_next_delivery(stock, at)}.",
    )  # fmt: skip


def _overstock(stock: Stock, at: int) -> Reading:
    if not stock.terms.is_known:
        return NOTHING
    limit = stock.terms.order_up_to + EXCESS_DAYS * stock.rate()
    position = stock.position(at)
    return Reading(
        position > limit and position >= UNIT, position > 0.9 * limit and position > 0, limit,
        max(position - limit, 0.0) / UNIT * stock.terms.cost,
        f"{units_text(position)} on hand and on order, more than order-up-to and {EXCESS_DAYS} days of demand.",
    )  # fmt: skip


def _no_movement(stock: Stock, at: int) -> Reading:
    if stock.on_hand <= 0 or not stock.silent_since:
        return NOTHING
    days = max(at - stock.silent_since, 0) / DAY
    expected = stock.terms.units_per_day * days
    purchases = expected / max(stock.usual_size, UNIT)
    return Reading(
        purchases >= SILENCE and days >= 2, purchases >= 0.9 * SILENCE, SILENCE * max(stock.usual_size, UNIT),
        _margin(stock, expected),
        f"Nothing left the shelf for {days:.1f} days, where {units_text(round(expected))} are usual: look whether the "
        f"{units_text(stock.on_hand)} are there.",
    )  # fmt: skip


def _overdue(stock: Stock, at: int) -> Reading:
    late = [line for line in stock.orders.values() if line.open and line.due <= at < line.due + FORGOTTEN_AFTER]
    if not late:
        return NOTHING
    units = sum(line.open for line in late)
    since = _day(min(line.due for line in late) - 1)
    return Reading(
        True, True, units, _margin(stock, units),
        f"{units_text(units)} promised for {since} have not come.",
    )  # fmt: skip


RULES: dict[str, Callable[[Stock, int], Reading]] = {
    "low_stock": _low_stock,
    "rapid_depletion": _rapid_depletion,
    "stock_out": _stock_out,
    "overstock": _overstock,
    "negative_book": _negative_book,
    "no_movement": _no_movement,
    "overdue": _overdue,
}


def _deliveries(stock: Stock, at: int) -> list[int]:
    """Instants around which goods on order come: about noon of their day, what is overdue within a day."""
    return [max(line.due - DAY // 2, at + DAY) if line.due <= at else max(line.due - DAY // 2, at)
            for line in stock.orders.values() if line.due and line.counts(at)]  # fmt: skip


def _days_to_delivery(stock: Stock, at: int) -> float:
    return min(((due - at) / DAY for due in _deliveries(stock, at)), default=stock.terms.lead_days)


def _next_delivery(stock: Stock, at: int) -> str:
    due = min(_deliveries(stock, at), default=0)
    return f"the next delivery is expected on {_day(due)}" if due else "nothing is on order"


def _margin(stock: Stock, thousandths: float) -> float:
    return max(thousandths, 0.0) / UNIT * max(stock.terms.margin, 0.0)


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%F}"
