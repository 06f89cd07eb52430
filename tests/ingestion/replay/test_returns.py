"""A return names its sale line only where that is certain."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

MAPPING = """\
kind: sales
source: shop
time_zone: UTC
columns:
  transaction_id: ticket
  line_number: {running_within: [transaction_id]}
  event_time: at
  product_id: sku
  quantity: units
  unit_price: price
  customer_id: who
constants: {currency: GBP, store_id: s1}
rules:
  - when: {quantity: {below: 0}}
    event: return
    negate: quantity
    find_sale_by: [customer_id, product_id, unit_price]
  - event: sale
"""


def _file(lines: list[str]) -> str:
    """`ticket sku units price who`, an hour apart."""
    start = datetime(2026, 1, 5, 9)
    rows = [f"{start + timedelta(hours=i)},{line.replace(' ', ',')}" for i, line in enumerate(lines)]
    return "at,ticket,sku,units,price,who\n" + "\n".join(rows)


CERTAIN = ["t1 a 12 2.50 ann", "t2 a -12 2.50 ann"]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (CERTAIN, [("t1", 1)]),
        (["t1 b 1 1 ann", "t1 a 12 2.5 ann", "t2 a -5 2.50 ann"], [("t1", 2)]),  # 2.5 is 2.50; a part of the line
        (["t1 a 12 2.50 ann", "t2 a -7 2.50 ann", "t3 a -5 2.50 ann"], [("t1", 1), ("t1", 1)]),  # used up exactly
        (["t1 a 12 2.50 ann", "t2 a -7 2.50 ann", "t3 a -6 2.50 ann"], [("t1", 1), None]),  # not so many left
        (["t1 a 12 2.50 ann", "t2 a 12 2.50 ann", "t3 a -12 2.50 ann"], [None]),  # either of two
        (["t1 a 12 2.50 ann", "t2 a 4 2.50 ann", "t3 a -12 2.50 ann"], [("t1", 1)]),  # only one is large enough
        # The four may have come from the first line, so twelve are not certain any more.
        (["t1 a 12 2.50 ann", "t2 a 4 2.50 ann", "t3 a -4 2.50 ann", "t4 a -12 2.50 ann"], [None, None]),
        (["t1 a 12 2.50 bob", "t2 a -12 2.50 ann"], [None]),  # another customer
        (["t1 a 12 2.60 ann", "t2 a -12 2.50 ann"], [None]),  # another price
        (["t1 b 12 2.50 ann", "t2 a -12 2.50 ann"], [None]),  # another product
        (["t1 a 12 2.50 ", "t2 a -12 2.50 "], [None]),  # an unknown customer is nobody's equal
        (["t2 a -12 2.50 ann", "t1 a 12 2.50 ann"], [None]),  # sold afterwards
        # Nothing was sold before the first return, so it used up nothing.
        (["t0 a -1 2.50 ann", "t1 a 12 2.50 ann", "t2 a -12 2.50 ann"], [None, ("t1", 1)]),
    ],
)
def test_sale_line_of_a_return(
    replayed: Callable, events_of: Callable, lines: list[str], found: list[tuple[str, int] | None]
) -> None:
    """One earlier line of the same customer, product and price with enough left, and no doubt before."""
    returns = [event for event in events_of(replayed(MAPPING, _file(lines))) if event["event_type"] == "return"]
    named = [(event.get("returned_transaction_id"), event.get("returned_line_number")) for event in returns]
    assert named == [line or (None, None) for line in found]
    assert [event.get("reason") for event in returns] == [None if line else "unreferenced" for line in found]


def test_sale_that_stands_earlier_but_happened_later(replayed: Callable, events_of: Callable) -> None:
    """The order of time counts, not that of the file alone."""
    rows = "2026-01-06 09:00,t1,a,12,2.50,ann\n2026-01-05 09:00,t2,a,-12,2.50,ann\n"
    events = events_of(replayed(MAPPING, "at,ticket,sku,units,price,who\n" + rows))
    assert events[1]["reason"] == "unreferenced"
