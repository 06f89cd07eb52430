"""A shelf of one product, and events in words."""

from itertools import count

from spark_jobs.stock.events import DAY, HOUR, UNIT, StockEvent
from spark_jobs.stock.state import Shelf, Stock, Terms

NOON = 20_500 * DAY + 12 * HOUR  # some day in 2026
MINUTE = 60_000
_ids = count()
TERMS = Terms(
    reorder_point=10 * UNIT, order_up_to=30 * UNIT, units_per_day=4.0 * UNIT, lead_days=3.0, margin=2.0, cost=1.0,
    is_known=True,
)  # fmt: skip


def event(kind: str, units: float, at: int = NOON, **more: object) -> StockEvent:
    """An event of so many units, with an id of its own unless one is given."""
    return StockEvent(**{"at": at, "kind": kind, "units": round(units * UNIT), "event_id": f"E{next(_ids)}", **more})


def stocked(units: float, at: int = NOON, terms: Terms = TERMS) -> Shelf:
    """A shelf with so many units of P, up to an instant."""
    stock = Stock(is_tracked=True, on_hand=round(units * UNIT), silent_since=at, terms=terms)
    return Shelf(frontier=at, stocks={"P": stock})


def on_hand(shelf: Shelf) -> float:
    """Units of P at the frontier."""
    return shelf.stocks["P"].on_hand / UNIT
