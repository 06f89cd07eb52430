"""What changes while days go by."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from ingestion.simulation.advice import Advice
from ingestion.simulation.demand import Mood
from ingestion.simulation.stock import Stock

DEPOT = -1


@dataclass(eq=False, slots=True)
class OrderLine:
    """A line of a purchase order. `source` is a supplier's number or DEPOT; the buyers still expect `open_units`.
    `missed` says that an earlier chance to order was let go."""

    row: int
    product: int
    source: int
    order_id: str
    line: int
    ordered: int
    pack: int
    cost: int
    placed: int
    promised: int
    open_units: int
    received: int = 0
    missed: bool = False


@dataclass(eq=False, slots=True)
class Delivery:
    """Goods on their way. `lots` are (expiry day or 0, units); `booked` is what the papers say came."""

    line: OrderLine
    lots: list[tuple[int, int]]
    booked: int
    transfer_id: str | None
    last: bool
    late_days: int = 0

    @property
    def units(self) -> int:
        """Units that physically arrive."""
        return sum(units for _, units in self.lots)


@dataclass(eq=False, slots=True)
class SoldLine:
    """A sale line that will come back; `customer` is -1 for a stranger."""

    row: int
    transaction_id: str
    line: int
    product: int
    units: int
    unit_price: int
    regular_price: int
    discount: int
    tax_percent: int
    customer: int
    promotion_id: str | None


@dataclass(eq=False)
class State:
    """Everything that one day hands to the next.

    Rows × products where nothing else is said. `missed`: due and not ordered since the last order; `short`: why the
    last delivery of a pair was not full; `expected`: the open order lines of a pair; other collections are by day.
    `advice`: levels to order by instead of the buyers' own rule.
    """

    stock: Stock
    mood: Mood
    price: np.ndarray
    cost: np.ndarray
    on_order: np.ndarray
    sales_rate: np.ndarray
    home: np.ndarray
    missed: np.ndarray
    advice: Advice | None = None
    short: dict[tuple[int, int], str] = field(default_factory=dict)
    expected: dict[tuple[int, int], list[OrderLine]] = field(default_factory=lambda: defaultdict(list))
    to_pick: list[OrderLine] = field(default_factory=list)
    confirmations: dict[int, list[tuple[OrderLine, int, int]]] = field(default_factory=lambda: defaultdict(list))
    arriving: dict[int, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    late_bookings: dict[int, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    endings: dict[int, list[OrderLine]] = field(default_factory=lambda: defaultdict(list))
    returning: dict[int, list[SoldLine]] = field(default_factory=lambda: defaultdict(list))
