"""Events that touch the stock of a product at a location, as state takes them in.

Units are whole thousandths (a quantity has three decimals), signed as the ledger signs them; instants are milliseconds
since 1970 (UTC), days are counted from the same day.
"""

from typing import NamedTuple

UNIT = 1000
HOUR, DAY = 3_600_000, 86_400_000

COUNT, VOID = "stock_count", "void"
PLACED, CONFIRMED, CANCELLED, CLOSED = (
    f"purchase_order_{step}" for step in ("placed", "confirmed", "cancelled", "closed")
)
ORDER_STEPS = (PLACED, CONFIRMED, CANCELLED, CLOSED)
STATING = ("opening_balance", "receipt", "transfer_in")  # what tells how much is there; a sale alone does not
ARRIVALS = ("receipt", "transfer_in")  # what an order line waits for
OUTFLOWS = ("sale", "transfer_out")  # what customers and our own shops take
# The order of movements at one instant, a count last: dbt_project/macros/movement_rank.sql.
_RANKS = {
    kind: rank
    for rank, kind in enumerate(
        (
            "opening_balance", "receipt", "transfer_in", "return", "adjustment", "sale", "transfer_out", "damage",
            "expired", "theft_report", "own_use", COUNT,
        )
    )
}  # fmt: skip


class StockEvent(NamedTuple):
    """One event. What does not apply is ''."""

    at: int  # when it happened; of a count when it was counted
    kind: str
    units: int
    event_id: str
    corrects: str = ""  # id of the event that this one replaces
    document: str = ""  # what the business calls it; two events with one document are one
    order_line: str = ""
    promised: int = 0  # day


def turn(event: StockEvent) -> tuple[int, int, str]:
    """The ledger's order of events."""
    return event.at, _RANKS.get(event.kind, len(_RANKS)), event.event_id
