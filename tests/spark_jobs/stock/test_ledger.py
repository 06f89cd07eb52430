"""Events become stock, in whatever order they arrive."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_jobs.stock.events import DAY, HOUR, UNIT, StockEvent, turn
from spark_jobs.stock.ledger import advance, arrive, day_end, next_turn, settle, void
from spark_jobs.stock.state import Shelf
from tests.spark_jobs.stock.goods import MINUTE, NOON, event, on_hand, stocked


def taken_in(events: list[StockEvent], shelf: Shelf | None = None, until: int = NOON + DAY) -> Shelf:
    """A shelf after these events of P."""
    shelf = shelf or stocked(0)
    for each in events:
        arrive(shelf, "P", each)
    settle(shelf, until)
    return shelf


def test_movements_add_up():
    """12 received, 3 sold, 1 brought back: 10."""
    events = [event("receipt", 12, NOON + 1), event("sale", -3, NOON + 2), event("return", 1, NOON + 3)]
    assert on_hand(taken_in(events)) == 10


def test_nothing_moves_before_the_frontier_passes():
    """What has arrived waits, though the book already knows it."""
    shelf = stocked(5)
    arrive(shelf, "P", event("sale", -2, NOON + MINUTE))
    assert (on_hand(shelf), shelf.stocks["P"].book / UNIT) == (5, 3)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_order_of_arrival_does_not_matter(order):
    """A count of 7 between two sales leaves 6, whatever comes first."""
    events = [
        event("receipt", 5, NOON + 1), event("sale", -1, NOON + 2), event("stock_count", 7, NOON + 3),
        event("sale", -1, NOON + 4),
    ]  # fmt: skip
    assert on_hand(taken_in([events[number] for number in order])) == 6


def test_a_count_comes_last_at_its_instant():
    """A sale at the instant of a count is in it."""
    assert on_hand(taken_in([event("stock_count", 7, NOON + 1), event("sale", -2, NOON + 1)])) == 7


def test_a_late_movement_still_moves_stock():
    """It happened before the frontier and nobody has counted since."""
    assert on_hand(taken_in([event("sale", -2, NOON - HOUR)], stocked(5))) == 3


def test_a_late_movement_before_a_count_does_not():
    """Whoever counted has seen it."""
    shelf = taken_in([event("stock_count", 4, NOON + 2)], until=NOON + HOUR)
    assert on_hand(taken_in([event("sale", -1, NOON + 1)], shelf)) == 4


def test_a_late_count_is_put_where_it_belongs():
    """8 counted, then 3 sold: 5, though the sale was applied first."""
    shelf = taken_in([event("sale", -3, NOON + 10)], stocked(20), until=NOON + HOUR)
    assert on_hand(taken_in([event("stock_count", 8, NOON + 5)], shelf)) == 5


def test_the_same_event_counts_once():
    """By its id, waiting or applied."""
    sale = event("sale", -1, NOON + 1)
    shelf = taken_in([sale, sale], stocked(5))
    assert on_hand(taken_in([sale], shelf, NOON + 2 * DAY)) == 4


def test_a_ticket_line_counts_once():
    """Under another event id it is the same line."""
    assert on_hand(taken_in([event("sale", -1, NOON + n, document="S1|T1|1") for n in (1, 2)], stocked(5))) == 4


@pytest.mark.parametrize("until", [NOON + 1, NOON + HOUR])
def test_a_voided_line_was_never_sold(until):
    """Whether it still waits or is applied, and a copy of it does not come back."""
    sale = event("sale", -2, NOON + 60, document="S1|T1|1")
    shelf = taken_in([sale], stocked(5), until)
    assert void(shelf, "S1|T1|1", NOON + 70) == "P"
    assert on_hand(taken_in([sale, event("sale", -2, NOON + 60, document="S1|T1|1")], shelf)) == 5


def test_a_void_may_come_before_its_line():
    """Then the line is not taken in."""
    shelf = stocked(5)
    assert void(shelf, "S1|T1|1", NOON + 70) == ""
    assert on_hand(taken_in([event("sale", -2, NOON + 60, document="S1|T1|1")], shelf)) == 5


@pytest.mark.parametrize("until", [NOON + 1, NOON + HOUR])
def test_a_correction_replaces_its_event(until):
    """20 received, corrected to 2."""
    shelf = taken_in([event("receipt", 20, NOON + 60, event_id="wrong")], stocked(5), until)
    assert on_hand(taken_in([event("receipt", 2, NOON + 60, corrects="wrong")], shelf)) == 7


def test_a_correction_of_what_nobody_remembers_waits_for_a_build():
    """Taking it in would count the goods twice."""
    assert on_hand(taken_in([event("receipt", 2, NOON + 60, corrects="long ago")], stocked(5))) == 5


def test_a_sale_alone_tells_no_stock():
    """Until something says how much there is, nothing is known."""
    shelf = taken_in([event("sale", -1, NOON + 1)], Shelf(frontier=NOON))
    assert not shelf.stocks or not shelf.stocks["P"].is_tracked


def test_a_first_receipt_tells_stock_at_once():
    """Though it is not applied yet; a sale that waits does not."""
    shelf = Shelf(frontier=NOON)
    arrive(shelf, "Q", event("sale", -1, NOON + 1))
    arrive(shelf, "P", event("receipt", 4, NOON + 1))
    told = {name: (stock.is_stated, stock.book / UNIT) for name, stock in shelf.stocks.items()}
    assert told == {"P": (True, 4), "Q": (False, -1)}


def test_orders_are_followed():
    """10 ordered, 2 cancelled, 5 came: 3 are open; closed: none."""
    steps = [
        event("purchase_order_placed", 10, NOON + 1, order_line="PO/1", promised=20_502),
        event("purchase_order_cancelled", 2, NOON + 2, order_line="PO/1"),
        event("receipt", 5, NOON + 3, order_line="PO/1"),
    ]
    shelf = taken_in(steps, until=NOON + HOUR)
    assert shelf.stocks["P"].on_order(NOON) == 3 * UNIT
    taken_in([event("purchase_order_closed", 5, NOON + 2 * HOUR, order_line="PO/1")], shelf)
    assert shelf.stocks["P"].on_order(NOON) == 0


def test_an_order_forgotten_for_two_weeks_is_not_counted_on():
    """Nothing came of it and nobody closed it."""
    shelf = taken_in([event("purchase_order_placed", 10, NOON + 1, order_line="PO/1", promised=20_501)])
    due = shelf.stocks["P"].orders["PO/1"].due
    assert [shelf.stocks["P"].on_order(due + days * DAY) for days in (13, 14)] == [10 * UNIT, 0]


def test_a_day_ends_by_the_clocks_of_its_place():
    """1 July 2026 is over in London at 23:00 UTC, in a zone that nobody knows at midnight."""
    first_of_july = 20_635
    assert day_end(first_of_july, "Europe/London") == (first_of_july + 1) * DAY - HOUR
    assert day_end(first_of_july, "Mars/Olympus") == (first_of_july + 1) * DAY


def test_days_keep_what_left_and_what_was_there():
    """3 sold on the first day of 10, 1 on the third; the second was quiet."""
    shelf = taken_in([event("sale", -3, NOON + 1), event("sale", -1, NOON + 2 * DAY)], stocked(10), NOON + 3 * DAY)
    days = shelf.stocks["P"].days
    assert [days[day] for day in sorted(days)][:3] == [[3000, 7000], [0, 7000], [1000, 6000]]


def test_time_passes_hour_by_hour():
    """The next turn is the full hour, or what waits before it."""
    shelf = stocked(5, NOON + 1)
    assert next_turn(shelf) == NOON + HOUR
    arrive(shelf, "P", event("sale", -1, NOON + MINUTE))
    assert next_turn(shelf) == NOON + MINUTE


def test_judged_after_each_event_and_each_hour():
    """An event at 12:30 and the hours 13 and 14."""
    shelf, seen = stocked(5, NOON), []
    arrive(shelf, "P", event("sale", -1, NOON + 30 * MINUTE))
    advance(shelf, NOON + 2 * HOUR, lambda _product, stock, at: seen.append(((at - NOON) // MINUTE, stock.on_hand)))
    assert seen == [(30, 4000), (60, 4000), (120, 4000)]


_KINDS = st.sampled_from(["receipt", "sale", "return", "transfer_out", "damage", "stock_count"])
_EVENTS = st.lists(st.tuples(_KINDS, st.integers(1, 9), st.integers(1, 20)), max_size=12)


@settings(max_examples=80, deadline=None)
@given(_EVENTS, st.randoms(use_true_random=False), st.integers(0, 12))
def test_any_order_and_any_frontier_give_the_ledger(told, random, cut):
    """The ledger: the last count, and what moved after it."""
    signs = {"receipt": 1, "return": 1, "stock_count": 1}
    events = [event(kind, units * signs.get(kind, -1), NOON + minute * MINUTE) for kind, units, minute in told]
    counts = [each for each in sorted(events, key=turn) if each.kind == "stock_count"]
    last = counts[-1] if counts else None
    expected = (last.units if last else 0) + sum(
        each.units for each in events if each.kind != "stock_count" and (not last or each.at > last.at)
    )
    random.shuffle(events)
    shelf = taken_in(events[:cut], until=NOON + 10 * MINUTE)
    assert taken_in(events[cut:], shelf).stocks["P"].on_hand == expected
