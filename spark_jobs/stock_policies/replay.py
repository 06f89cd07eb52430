"""What a policy would have cost: its orders replayed, day by day, against demand that really came.

An evening, a night and a day go like this.
1. In the evening, if it is an order day, whatever is at or below its reorder level is ordered up to its level, both
   made of nothing younger than that evening: position = on hand + all that is on order; whole packs, at least the
   minimum.
2. In the morning comes what is due: what was ordered on the evening of day t is on the shelf on the morning of day
   t + L (lead time L). So an order has to last from then until the next one can be there: L days with a review each
   evening, L + r - 1 with one each r days.
3. Demand of the day is sold as far as stock goes, what expires first going first; the rest is lost and does not come
   back.
4. At the end of the day each unit left costs `holding`; each unit lost costs `lost`; what has been there for more than
   `life_days` leaves, and each such unit costs `waste`. Then comes the next evening.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Terms:
    """Costs and what orders are bound to; where it is an array, an element per series."""

    lead_days: float | np.ndarray = 5.0  # mean, 1 or more
    lead_deviation: float | np.ndarray = 0.0  # standard deviation, days
    holding: float | np.ndarray = 1.0
    lost: float | np.ndarray = 19.0
    order_weekdays: frozenset[int] | np.ndarray = EVERY_DAY  # 0 is Monday; or series × 7, whether it is an order day
    pack: float | np.ndarray = 1.0
    minimum: float | np.ndarray = 0.0
    order_cost: float | np.ndarray = 0.0  # of each order, whatever its size
    life_days: float | np.ndarray = np.inf  # days after its first on which a unit can be sold
    waste: float | np.ndarray = 0.0  # of a unit that outlives them
    presentation: float | np.ndarray = 0.0  # units that a shelf shows at least
    capacity: float | np.ndarray = np.inf  # units that fit

    @property
    def review_days(self) -> int | np.ndarray:
        """Longest time between two evenings on which one may order."""
        if isinstance(self.order_weekdays, frozenset):
            return _longest_gap(self.order_weekdays)
        gaps = {days.tobytes(): _longest_gap(np.flatnonzero(days)) for days in np.unique(self._may_order, axis=0)}
        return np.array([gaps[days.tobytes()] for days in self._may_order])

    @property
    def _may_order(self) -> np.ndarray:
        return np.asarray(self.order_weekdays, dtype=bool)

    def is_order_day(self, weekday: int) -> bool | np.ndarray:
        """Whether orders are taken in the evening of a weekday; of all series, or an element per series."""
        if isinstance(self.order_weekdays, frozenset):
            return weekday in self.order_weekdays
        return self._may_order[:, weekday]

    def of(self, rows: np.ndarray) -> "Terms":
        """The terms of some series."""
        own = {name: value[rows] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        return replace(self, **own)

    @property
    def whole_lead_days(self) -> np.ndarray:
        """Mean lead time, begun days whole, at least one."""
        return np.maximum(np.ceil(self.lead_days), 1).astype(int)

    @property
    def protection_days(self) -> np.ndarray:
        """Days that an order has to last."""
        return self.whole_lead_days + self.review_days - 1


def _longest_gap(weekdays: Iterable[int]) -> int:
    days = sorted(weekdays)
    return max((after - before) % 7 or 7 for before, after in zip(days, days[1:] + days[:1], strict=True))


@dataclass
class Shelf:
    """Stock as one day hands it to the next evening, series × candidates, and orders by the days until they arrive."""

    on_hand: np.ndarray
    on_order: np.ndarray  # days × series × candidates; the first arrives next morning
    lots: np.ndarray = field(default_factory=lambda: np.empty(0))  # days left × perishable series × candidates

    def position(self) -> np.ndarray:
        """On hand and all that is on order."""
        return self.on_hand + self.on_order.sum(axis=0)


@dataclass
class Outcome:
    """Sums over the days replayed, series × candidates; demand is series × 1."""

    days: int
    wanted: np.ndarray
    lost: np.ndarray
    held: np.ndarray  # unit-days, at the end of the day
    wasted: np.ndarray
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
    def waste_cost(self) -> np.ndarray:
        """Money."""
        return self.wasted * _column(self.terms.waste)

    @property
    def cost(self) -> np.ndarray:
        """Money: holding, lost margin, waste and ordering."""
        return self.holding_cost + self.lost_cost + self.waste_cost + self.orders * _column(self.terms.order_cost)

    def __add__(self, other: "Outcome") -> "Outcome":
        sums = (getattr(self, name) + getattr(other, name) for name in ("wanted", "lost", "held", "wasted", "orders"))
        return Outcome(self.days + other.days, *sums, self.terms)


def replay(
    demand: np.ndarray,
    levels: np.ndarray,
    terms: Terms,
    *,
    batch: np.ndarray | float = 0.0,
    cap: float = np.inf,
    leads: np.ndarray | None = None,
    shelf: Shelf | None = None,
    first_weekday: int = 0,
) -> tuple[Outcome, Shelf]:
    """Replay levels (series × days × candidates) against demand (series × days); NaN is no demand.

    The level of a day is that of the evening before it. `batch` (by series) is how far stock falls below it before
    anything is ordered: 0 is base stock, S - s makes it (s, S). `cap` is the most that is ordered at once, as a
    multiple of what the level holds for a review period: what was lost is not wanted any more when a burst of orders
    comes (capped base stock: Xin 2021, Operations Research 69, 61-70). `leads` (series × days) are the lead times of
    the orders of the evening before each day; without them all take the mean, rounded up. Without `shelf` the first day
    begins with a full shelf and nothing on order. The shelf that comes back can be handed to the next replay.
    """
    wanted = np.nan_to_num(demand)
    leads = np.broadcast_to(_column(terms.whole_lead_days) if leads is None else leads, wanted.shape).astype(int)
    slots = int(leads.max(initial=1))
    start = _widened(shelf, slots) if shelf else full_shelf(levels[:, 0], slots)
    on_hand, due, position = start.on_hand, start.on_order, start.position()
    ageing = Ageing.of(terms, start)
    lost, held, wasted, orders = (np.zeros(on_hand.shape) for _ in range(4))
    for day in range(wanted.shape[1]):
        may_order = terms.is_order_day((first_weekday + day - 1) % 7)
        if np.any(may_order):
            units = _ordered(position, levels[:, day], _column(batch), cap, terms) * _column(may_order)
            due[(day + leads[:, day] - 1) % len(due), np.arange(len(units))] += units
            position += units
            orders += units > 0
        arrived = due[day % len(due)]
        on_hand += arrived
        sold = np.minimum(on_hand, wanted[:, day, None])
        on_hand -= sold
        position -= sold
        lost += wanted[:, day, None] - sold
        if ageing:
            gone = ageing.live(arrived, sold)
            on_hand[ageing.rows] -= gone
            position[ageing.rows] -= gone
            wasted[ageing.rows] += gone
        due[day % len(due)] = 0
        held += on_hand
    shelf = Shelf(on_hand, np.roll(due, -(wanted.shape[1] % len(due)), axis=0), ageing.lots if ageing else start.lots)
    return Outcome(wanted.shape[1], wanted.sum(axis=1)[:, None], lost, held, wasted, orders, terms), shelf


@dataclass
class Ageing:
    """Units of what perishes by the days they have left."""

    rows: np.ndarray  # series that perish
    life: np.ndarray
    lots: np.ndarray

    @classmethod
    def of(cls, terms: Terms, shelf: Shelf) -> "Ageing | None":
        """None where nothing perishes. A shelf without lots is as fresh as can be."""
        life = np.broadcast_to(terms.life_days, len(shelf.on_hand))
        rows = np.flatnonzero(np.isfinite(life))
        if not len(rows):
            return None
        days = life[rows].astype(int)
        if shelf.lots.size:
            return cls(rows, days, shelf.lots.copy())
        lots = np.zeros((int(days.max()) + 1, len(rows), shelf.on_hand.shape[1]))
        lots[days, np.arange(len(rows))] = shelf.on_hand[rows]
        return cls(rows, days, lots)

    def live(self, arrived: np.ndarray, sold: np.ndarray) -> np.ndarray:
        """A day: goods come, goods are sold, what is on its last day leaves. Gives units gone."""
        self.lots[self.life, np.arange(len(self.rows))] += arrived[self.rows]
        before = self.lots.cumsum(axis=0) - self.lots
        self.lots -= np.clip(sold[self.rows] - before, 0, self.lots)
        gone = self.lots[0].copy()
        self.lots = np.concatenate([self.lots[1:], np.zeros((1, *gone.shape))])
        return gone


def full_shelf(level: np.ndarray, slots: int) -> Shelf:
    """Every unit on the shelf, none on order."""
    return Shelf(level.astype(float), np.zeros((slots, *level.shape)))


def _ordered(position: np.ndarray, level: np.ndarray, batch: np.ndarray, cap: float, terms: Terms) -> np.ndarray:
    """Units ordered in an evening."""
    missing = level - position
    most = np.inf if np.isinf(cap) else cap * level * _column(terms.review_days) / _column(terms.protection_days)
    wanted = np.maximum(np.minimum(missing, most), _column(terms.minimum))
    packs = np.ceil(wanted / _column(terms.pack) - 1e-9)
    return np.where((missing >= batch) & (missing > 1e-9), packs * _column(terms.pack), 0.0)


def _widened(shelf: Shelf, slots: int) -> Shelf:
    more = max(slots - len(shelf.on_order), 0)
    return Shelf(shelf.on_hand.copy(), np.pad(shelf.on_order, ((0, more), (0, 0), (0, 0))), shelf.lots)


def _column(value: float | np.ndarray) -> np.ndarray:
    """A value per series as a column; one value for all stays one."""
    array = np.asarray(value)
    return array[:, None] if array.ndim == 1 else array
