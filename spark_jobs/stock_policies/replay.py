"""What a policy would have cost: its orders replayed, day by day, against demand that really came.

A day goes like this.
1. In the morning arrives what is due: an order made on the evening of day t is on the shelf on the morning of day
   t + L + 1, so that L whole days of trade lie between (lead time L; reviewed each day, an order has to last L + 1).
2. Demand of the day is sold as far as stock goes; the rest is lost and does not come back.
3. In the evening each unit left costs `holding`; each unit lost costs `lost`.
4. Then, if it is an order day, what is at or below its reorder level is ordered up to its level: position = on hand +
   all that is on order, in whole packs, at least the minimum order.
"""

from dataclasses import dataclass

import numpy as np

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Terms:
    """Costs and what orders are bound to; where it is an array, an element per series."""

    lead_days: float | np.ndarray = 5.0  # mean
    lead_deviation: float | np.ndarray = 0.0  # standard deviation, days
    holding: float | np.ndarray = 1.0
    lost: float | np.ndarray = 19.0
    order_weekdays: frozenset[int] = EVERY_DAY  # 0 is Monday
    pack: float | np.ndarray = 1.0
    minimum: float | np.ndarray = 0.0
    order_cost: float | np.ndarray = 0.0  # of each order, whatever its size

    @property
    def review_days(self) -> int:
        """Longest time between two evenings on which one may order."""
        days = sorted(self.order_weekdays)
        return max((after - before) % 7 or 7 for before, after in zip(days, days[1:] + days[:1], strict=True))

    @property
    def protection_days(self) -> np.ndarray:
        """Days that an order has to last: lead time, begun days whole, and review."""
        return np.ceil(self.lead_days).astype(int) + self.review_days


@dataclass
class Shelf:
    """Stock as one day hands it to the next: series × candidates, and orders by the days until they arrive."""

    on_hand: np.ndarray
    on_order: np.ndarray  # series × candidates × days

    def position(self) -> np.ndarray:
        """On hand and all that is on order."""
        return self.on_hand + self.on_order.sum(axis=2)


@dataclass
class Outcome:
    """Sums over the days replayed, series × candidates; demand is series × 1."""

    days: int
    wanted: np.ndarray
    lost: np.ndarray
    held: np.ndarray  # unit-days in the evening
    orders: np.ndarray
    terms: Terms

    @property
    def holding_cost(self) -> np.ndarray:
        """Money."""
        return self.held * _column(self.terms.holding)

    @property
    def lost_cost(self) -> np.ndarray:
        """Money."""
        return self.lost * _column(self.terms.lost)

    @property
    def cost(self) -> np.ndarray:
        """Money: holding, lost margin and ordering."""
        return self.holding_cost + self.lost_cost + self.orders * _column(self.terms.order_cost)

    def __add__(self, other: "Outcome") -> "Outcome":
        sums = (getattr(self, name) + getattr(other, name) for name in ("wanted", "lost", "held", "orders"))
        return Outcome(self.days + other.days, *sums, self.terms)


def replay(
    demand: np.ndarray,
    order_up_to: np.ndarray,
    terms: Terms,
    *,
    reorder: np.ndarray | None = None,
    leads: np.ndarray | None = None,
    shelf: Shelf | None = None,
    first_weekday: int = 0,
) -> tuple[Outcome, Shelf]:
    """Replay levels (series × candidates) against demand (series × days); NaN is no demand.

    Without `reorder` whatever is below its level is ordered: base stock. `leads` (series × days) are the whole days
    that each day's orders take; without them all take the mean, rounded up. Without `shelf` the first day begins with a
    full shelf and nothing on order. The shelf that comes back can be handed to the next replay.
    """
    wanted = np.nan_to_num(demand)
    leads = np.broadcast_to(_column(np.ceil(terms.lead_days)) if leads is None else leads, wanted.shape).astype(int)
    trigger = order_up_to if reorder is None else reorder
    slots = int(leads.max(initial=0)) + 1
    shelf = _widened(shelf, slots) if shelf else full_shelf(order_up_to, slots)
    lost, held, orders = (np.zeros(order_up_to.shape) for _ in range(3))
    for day in range(wanted.shape[1]):
        _arrive(shelf)
        sold = np.minimum(shelf.on_hand, wanted[:, day, None])
        shelf.on_hand -= sold
        lost += wanted[:, day, None] - sold
        held += shelf.on_hand
        if (first_weekday + day) % 7 in terms.order_weekdays:
            orders += _order(shelf, trigger, order_up_to, terms, leads[:, day])
    return Outcome(wanted.shape[1], wanted.sum(axis=1)[:, None], lost, held, orders, terms), shelf


def full_shelf(order_up_to: np.ndarray, slots: int) -> Shelf:
    """Every unit on the shelf, none on order."""
    return Shelf(order_up_to.astype(float), np.zeros((*order_up_to.shape, slots)))


def _arrive(shelf: Shelf) -> None:
    shelf.on_hand += shelf.on_order[:, :, 0]
    shelf.on_order[:, :, :-1] = shelf.on_order[:, :, 1:]
    shelf.on_order[:, :, -1] = 0


def _order(shelf: Shelf, trigger: np.ndarray, order_up_to: np.ndarray, terms: Terms, lead: np.ndarray) -> np.ndarray:
    """Place the evening's orders; which series order."""
    position = shelf.position()
    missing = order_up_to - position
    due = (position <= trigger) & (missing > 0)
    packs = np.ceil(np.maximum(missing, _column(terms.minimum)) / _column(terms.pack) - 1e-9)
    units = np.where(due, packs * _column(terms.pack), 0.0)
    shelf.on_order[np.arange(len(lead)), :, lead] += units
    return due


def _widened(shelf: Shelf, slots: int) -> Shelf:
    more = max(slots - shelf.on_order.shape[2], 0)
    return Shelf(shelf.on_hand.copy(), np.pad(shelf.on_order, ((0, 0), (0, 0), (0, more))))


def _column(value: float | np.ndarray) -> np.ndarray:
    """A value per series as a column; one value for all stays one."""
    array = np.asarray(value)
    return array[:, None] if array.ndim == 1 else array
