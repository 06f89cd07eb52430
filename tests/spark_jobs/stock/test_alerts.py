"""Alerts open, stay and close by rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_jobs.stock.alerts import REST, RULES, Change, judge
from spark_jobs.stock.events import DAY, HOUR, UNIT, StockEvent
from spark_jobs.stock.ledger import advance, arrive
from spark_jobs.stock.rows import alert_id
from spark_jobs.stock.state import OrderLine, Shelf, Stock, Terms
from tests.spark_jobs.stock.goods import MINUTE, NOON, TERMS, event, stocked


def changes(shelf: Shelf, events: list[StockEvent], until: int) -> list[Change]:
    """What the alerts of P did."""
    found: list[Change] = []
    for each in events:
        arrive(shelf, "P", each)
    advance(shelf, until, lambda _product, stock, at: found.extend(judge(stock, at)))
    return found


def episodes(found: list[Change], cause: str) -> list[tuple[int, int | None]]:
    """Minutes after noon at which episodes of a cause opened and closed."""
    last = {change.opened_at: change.resolved_at for change in found if change.cause == cause}
    return [((a - NOON) // MINUTE, b and (b - NOON) // MINUTE) for a, b in last.items()]


def sale(units: float, minutes: int) -> StockEvent:
    """So many units sold after noon."""
    return event("sale", -units, NOON + minutes * MINUTE)


def receipt(units: float, minutes: int) -> StockEvent:
    """So many received after noon."""
    return event("receipt", units, NOON + minutes * MINUTE)


def test_out_of_stock_from_the_last_sale_to_the_next_receipt():
    """12:10 to 12:50, in event time."""
    found = changes(stocked(2), [sale(2, 10), receipt(12, 50)], NOON + HOUR)
    assert episodes(found, "stock_out") == [(10, 50)]


def test_half_a_unit_does_not_end_a_stock_out():
    """An episode opens at nothing and closes at one unit."""
    found = changes(stocked(2), [sale(2, 10), receipt(0.5, 20), receipt(0.5, 30)], NOON + HOUR)
    assert episodes(found, "stock_out") == [(10, 30)]


def test_after_an_episode_its_cause_rests():
    """Sold out again 20 minutes later: the next episode opens when the hour of rest is over, at the next full hour."""
    found = changes(stocked(1), [sale(1, 10), receipt(1, 20), sale(1, 40)], NOON + 3 * HOUR)
    assert episodes(found, "stock_out") == [(10, 20), (120, None)]


def test_low_stock_counts_what_is_on_order():
    """9 are below 10; with 5 ordered they are not."""
    shelf = stocked(10)
    order = event("purchase_order_placed", 5, NOON + 30 * MINUTE, order_line="PO/1", promised=20_502)
    assert episodes(changes(shelf, [sale(1, 10), order], NOON + HOUR), "low_stock") == [(10, 30)]


def test_low_stock_closes_above_the_level_it_opened_at():
    """Opened below 10; 10 are not enough, 11 are."""
    found = changes(stocked(10), [sale(1, 10), receipt(1, 20), receipt(1, 30)], NOON + HOUR)
    assert episodes(found, "low_stock") == [(10, 30)]


def test_a_book_below_zero_is_told():
    """From -1 on, until it is 0."""
    found = changes(stocked(0), [sale(1, 10), event("stock_count", 0, NOON + 40 * MINUTE)], NOON + HOUR)
    assert episodes(found, "negative_book") == [(10, 40)]


def test_rapid_depletion_looks_at_the_last_day():
    """Of 20 a customer takes 4 every ten minutes where 4 a day are usual: 12 in 24 hours leave 8 for two days."""
    found = changes(stocked(20), [sale(4, 10), sale(4, 20), sale(4, 30)], NOON + 35 * MINUTE)
    assert episodes(found, "rapid_depletion") == [(30, None)]
    assert "the 8 on hand last 16 hours" in found[-1].says


def test_the_usual_pace_is_not_rapid():
    """4 a day of 8: low perhaps, but nothing new."""
    found = changes(stocked(12), [sale(1, 10), sale(1, 20), sale(2, 30)], NOON + HOUR)
    assert episodes(found, "rapid_depletion") == []


def test_overstock_is_more_than_anybody_needs():
    """30 + 60 days × 4 = 270: 271 are too many, and 250 still."""
    found = changes(stocked(270), [receipt(1, 10), sale(21, 20), sale(10, 30)], NOON + HOUR)
    assert episodes(found, "overstock") == [(10, 30)]


def test_a_silent_shelf_is_told_after_the_day_that_says_it():
    """2.3 a day: after 2 days 4.6 are expected and none was sold; the next sale ends it."""
    shelf = stocked(20, terms=Terms(units_per_day=2.3 * UNIT, is_known=True))
    found = changes(shelf, [sale(1, 3 * 24 * 60)], NOON + 4 * DAY)
    assert episodes(found, "no_movement") == [(2 * 24 * 60, 3 * 24 * 60)]


def test_a_delivery_is_overdue_when_its_day_is_over():
    """Promised for the day after NOON's: overdue 36 hours after noon, until the goods come."""
    order = event("purchase_order_placed", 5, NOON + 1, order_line="PO/1", promised=20_501)
    came = event("receipt", 5, NOON + 40 * HOUR, order_line="PO/1")
    found = changes(stocked(50), [order, came], NOON + 2 * DAY)
    assert episodes(found, "overdue") == [(36 * 60, 40 * 60)]


def test_a_rest_that_nobody_waits_for_any_more_is_not_overdue():
    """3 of 5 came; after two weeks the alert about the other 2 is over."""
    order = event("purchase_order_placed", 5, NOON + 1, order_line="PO/1", promised=20_501)
    came = event("receipt", 3, NOON + 2, order_line="PO/1")
    shelf = stocked(50)
    found = changes(shelf, [order, came], NOON + DAY)
    for day in range(2, 20):
        found += changes(shelf, [], NOON + day * DAY)
    assert episodes(found, "overdue") == [(36 * 60, (36 + 14 * 24) * 60)]


def test_severity_grows_with_the_money_at_risk_and_is_told():
    """A loss in the books of 1 a unit: 20 are low, 30 more medium."""
    found = changes(stocked(0), [sale(20, 10), sale(30, 20)], NOON + 30 * MINUTE)
    told = [(change.severity, change.money) for change in found if change.cause == "negative_book"]
    assert told == [("low", 20.0), ("medium", 50.0)]


def test_what_is_not_in_range_is_not_missed():
    """Sold out of what is no longer carried: no alert."""
    found = changes(stocked(1, terms=Terms(is_ranged=False)), [sale(1, 10)], NOON + HOUR)
    assert found == []


def test_an_untracked_pair_gives_no_alert():
    """Nobody ever said how much there is."""
    assert changes(Shelf(frontier=NOON), [sale(1, 10)], NOON + DAY) == []


def test_one_episode_has_one_id():
    """Worked out from what it is, so that a replayed batch writes the same row."""
    assert alert_id("s", "stock_out", "S1", "P", NOON) == alert_id("s", "stock_out", "S1", "P", NOON)
    assert alert_id("s", "stock_out", "S1", "P", NOON) != alert_id("s", "stock_out", "S1", "P", NOON + 1)


_STOCKS = st.builds(
    Stock,
    is_tracked=st.just(True),
    on_hand=st.integers(-20 * UNIT, 400 * UNIT),
    silent_since=st.integers(NOON - 30 * DAY, NOON),
    terms=st.builds(
        Terms,
        reorder_point=st.integers(0, 40 * UNIT),
        order_up_to=st.integers(0, 60 * UNIT),
        units_per_day=st.floats(0, 20 * UNIT),
        lead_days=st.floats(0, 20),
        margin=st.floats(-1, 9),
        cost=st.floats(0, 9),
        is_ranged=st.booleans(),
        is_known=st.booleans(),
    ),
    orders=st.dictionaries(
        st.sampled_from(["PO/1", "PO/2"]),
        st.builds(OrderLine, ordered=st.integers(0, 90 * UNIT), due=st.integers(NOON - 20 * DAY, NOON + 9 * DAY)),
    ),
    recent=st.lists(st.integers(1, 30 * UNIT), max_size=5).map(
        lambda sold: {str(n): StockEvent(NOON - HOUR, "sale", -units, str(n)) for n, units in enumerate(sold)}
    ),
)


@settings(max_examples=50, deadline=None)
@given(_STOCKS)
@pytest.mark.parametrize("cause", RULES)
def test_what_opens_stays(cause, stock):
    """No level to close at lies above the one to open at, so nothing flaps while the stock stands still."""
    reading = RULES[cause](stock, NOON)
    assert reading.stays or not reading.opens


_MOVES = st.lists(
    st.tuples(st.sampled_from(["sale", "receipt", "stock_count"]), st.integers(1, 30), st.integers(1, 3000)),
    max_size=30,
)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 40), _MOVES, st.randoms(use_true_random=False))
def test_episodes_of_a_cause_follow_each_other(units, moves, random):
    """None closes before it opens, none opens while another is open or within its rest, whatever arrives when."""
    shelf, found, until = stocked(units), [], NOON
    events = [event(kind, -n if kind == "sale" else n, NOON + at * MINUTE) for kind, n, at in moves]
    random.shuffle(events)
    while events:
        until += 8 * HOUR
        found += changes(shelf, [events.pop() for _ in range(min(5, len(events)))], until)
    found += changes(shelf, [], max(until, NOON + 4 * DAY))
    for cause in RULES:
        open_since, rested = None, 0
        for change in (each for each in found if each.cause == cause):
            if change.resolved_at is not None:
                assert change.opened_at == open_since <= change.resolved_at
                open_since, rested = None, change.resolved_at + REST
            elif open_since is None:
                assert change.opened_at >= rested
                open_since = change.opened_at
            else:
                assert change.opened_at == open_since


@given(st.lists(st.integers(10_000, 10_999), min_size=1, max_size=20))
def test_no_flapping_inside_the_band(levels):
    """Low stock opened below 10 and not yet at 11: whatever it does in between, nothing is said."""
    shelf = stocked(9)
    stock = shelf.stocks["P"]
    assert [change.cause for change in judge(stock, NOON)] == ["low_stock"]
    for number, level in enumerate(levels):
        stock.on_hand = level
        assert judge(stock, NOON + number * MINUTE) == []


def test_terms_of_the_tests():
    """The figures above rest on them."""
    assert (TERMS.reorder_point, TERMS.order_up_to, TERMS.units_per_day) == (10_000, 30_000, 4000.0)
