"""What is known of the stock on one shelf: some products at one location."""

from dataclasses import dataclass, field

from spark_jobs.stock.events import COUNT, DAY, ORDER_STEPS, OUTFLOWS, STATING, UNIT, StockEvent

STATE_VERSION = 1  # of these classes: state of another version is not read, it is seeded anew
REMEMBERED = 72 * 3_600_000  # for how long an event is known again when it is sent twice, voided or corrected
WINDOW_DAYS = 28  # of rate, cover and turnover
FORGOTTEN_AFTER = 14 * DAY  # an order line so long overdue of which nothing came is no longer counted on


@dataclass(slots=True)
class Terms:
    """How a product is replenished at a location, by the last build of the warehouse; the defaults: nobody knows."""

    reorder_point: int = 0
    order_up_to: int = 0
    units_per_day: float = 0.0  # thousandths, as everywhere
    lead_days: float = 7.0
    margin: float = 0.0  # money per unit sold
    cost: float = 0.0  # money per unit
    is_ranged: bool = True
    is_known: bool = False


@dataclass(slots=True)
class OrderLine:
    """A line of a purchase order, as far as it is known."""

    ordered: int = 0
    cancelled: int = 0
    received: int = 0
    due: int = 0  # end of the promised day
    touched: int = 0
    is_closed: bool = False

    @property
    def open(self) -> int:
        """Units that are still to come."""
        return 0 if self.is_closed else max(self.ordered - self.cancelled - self.received, 0)

    def counts(self, at: int) -> bool:
        """Whether somebody may still wait for it."""
        return self.open > 0 and (self.received > 0 or at < self.due + FORGOTTEN_AFTER)


@dataclass(slots=True)
class Episode:
    """An alert that is open."""

    opened_at: int
    severity: str
    money: float


@dataclass(slots=True)
class Stock:
    """One product at one location, up to the shelf's frontier."""

    is_tracked: bool = False
    on_hand: int = 0
    counted_at: int = 0
    moved_at: int = 0
    silent_since: int = 0  # nothing has left the shelf since, though something was on it
    usual_size: float = UNIT  # mean of what leaves at once
    terms: Terms = field(default_factory=Terms)
    pending: list[StockEvent] = field(default_factory=list)  # after the frontier
    recent: dict[str, StockEvent] = field(default_factory=dict)  # before it, by id
    days: dict[int, list[int]] = field(default_factory=dict)  # day: units that left, units at its end
    orders: dict[str, OrderLine] = field(default_factory=dict)
    episodes: dict[str, Episode] = field(default_factory=dict)  # by cause
    rests: dict[str, int] = field(default_factory=dict)  # by cause: no new episode before

    @property
    def is_stated(self) -> bool:
        """Whether something has said how much there is, be it an event that still waits."""
        return self.is_tracked or any(event.kind in (*STATING, COUNT) for event in self.pending)

    @property
    def book(self) -> int:
        """Units on hand by everything that has arrived."""
        return self.on_hand_after(self.pending)

    def on_hand_after(self, events: list[StockEvent]) -> int:
        """Units on hand after these events, in their order; nothing else changes."""
        units = self.on_hand
        for event in events:
            if event.kind == COUNT:
                units = event.units
            elif event.kind not in ORDER_STEPS:
                units += event.units
        return units

    def on_order(self, at: int) -> int:
        """Units that are to come."""
        return sum(line.open for line in self.orders.values() if line.counts(at))

    def position(self, at: int) -> int:
        """Units on hand and to come; a negative book holds nothing."""
        return max(self.on_hand, 0) + self.on_order(at)

    def rate(self) -> float:
        """Thousandths that leave on a day: what the last build expects, else the mean of the window."""
        if self.terms.units_per_day > 0:
            return self.terms.units_per_day
        return sum(left for left, _ in self.days.values()) / WINDOW_DAYS

    def pace(self, at: int) -> int:
        """Thousandths that left in the 24 hours before."""
        return -sum(e.units for e in self.recent.values() if at - DAY < e.at <= at and e.kind in OUTFLOWS)


@dataclass(slots=True)
class Shelf:
    """Some products at one location: the unit of state."""

    frontier: int = 0  # everything up to here has been applied and judged
    stocks: dict[str, Stock] = field(default_factory=dict)
    voids: dict[str, int] = field(default_factory=dict)  # voided documents that have not come yet, and when it was
    zone: str = "UTC"  # of the location's clocks
    timer: int = 0


def units_text(thousandths: float) -> str:
    """Units for people: 3, 0.25, 1,200."""
    return f"{thousandths / UNIT:,.3f}".rstrip("0").rstrip(".")
