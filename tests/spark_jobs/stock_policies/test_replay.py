"""Orders are replayed as a shop would live them."""

import numpy as np
import pytest

from spark_jobs.stock_policies.replay import Terms, replay


def _levels(*candidates: float, series: int = 1) -> np.ndarray:
    return np.tile(np.array(candidates, dtype=float), (series, 1))


def test_a_few_days_by_hand() -> None:
    """Level 5, a day of lead time. Evenings: 2, 0, 3, 3 units left; on the second day 2 are lost; orders of 3, 2, 2."""
    demand = np.array([[3.0, 4, 0, 2]])
    outcome, shelf = replay(demand, _levels(5), Terms(lead_days=1))
    assert outcome.held.item() == 8
    assert outcome.lost.item() == 2
    assert outcome.orders.item() == 3
    assert outcome.wanted.item() == 9
    assert outcome.cost.item() == 8 * 1 + 2 * 19
    assert shelf.on_hand.item() == 3
    assert shelf.position().item() == 5


def test_candidates_do_not_touch_each_other() -> None:
    """Two levels side by side cost what each costs alone: 0 loses all 9 units, 9 loses none and holds 6, 2, 5, 7."""
    outcome, _ = replay(np.array([[3.0, 4, 0, 2]]), _levels(0, 9), Terms(lead_days=1))
    assert outcome.lost.tolist() == [[9, 0]]
    assert outcome.held.tolist() == [[0, 20]]


def test_a_replay_goes_on_where_another_one_stopped() -> None:
    """Two halves give what the whole gives, goods on the way included."""
    demand = np.array([[3.0, 4, 0, 2, 5, 1]])
    whole, _ = replay(demand, _levels(5, 8), Terms(lead_days=2))
    first, shelf = replay(demand[:, :3], _levels(5, 8), Terms(lead_days=2))
    second, _ = replay(demand[:, 3:], _levels(5, 8), Terms(lead_days=2), shelf=shelf, first_weekday=3)
    both = first + second
    np.testing.assert_array_equal(both.cost, whole.cost)
    assert both.days == 6


def test_whole_packs_and_at_least_the_minimum_are_ordered() -> None:
    """One unit lacks: with packs of 4 come 4; with packs of 4 and at least 6 come 8."""
    _, packs = replay(np.array([[1.0]]), _levels(5), Terms(pack=4))
    _, more = replay(np.array([[1.0]]), _levels(5), Terms(pack=4, minimum=np.array([6.0])))
    assert packs.on_order.sum() == 4
    assert more.on_order.sum() == 8


def test_orders_wait_for_the_order_day() -> None:
    """Ordering on Wednesdays only (Monday is 0): on Monday and Tuesday nothing is ordered."""
    terms = Terms(order_weekdays=frozenset({2}))
    _, before = replay(np.array([[2.0, 1]]), _levels(5), terms)
    _, after = replay(np.array([[2.0, 1, 0]]), _levels(5), terms)
    assert before.on_order.sum() == 0
    assert after.on_order.sum() == 3


def test_a_reorder_level_lets_stock_fall_before_it_orders() -> None:
    """(s, S) = (2, 6): at 4 nothing is ordered, at 2 all 4 that lack, in one order that costs its fee once."""
    terms = Terms(lead_days=0, order_cost=10)
    outcome, shelf = replay(np.array([[2.0, 2]]), _levels(6), terms, reorder=_levels(2))
    assert shelf.on_order.sum() == 4
    assert outcome.orders.item() == 1
    assert outcome.cost.item() == 4 + 2 + 10


def test_orders_may_overtake_each_other() -> None:
    """The first day's order takes 3 days, the second day's one: the younger is there first."""
    leads = np.array([[3, 1, 1, 1]])
    outcome, _ = replay(np.array([[2.0, 1, 0, 1]]), _levels(3), Terms(), leads=leads)
    assert outcome.lost.item() == 0  # the unit of the second day's order meets the fourth day's demand
    assert outcome.held.item() == 1 + 0 + 0 + 0


def test_unknown_demand_is_none() -> None:
    """Before a series begins nobody wants it."""
    outcome, _ = replay(np.array([[np.nan, 1]]), _levels(1), Terms())
    assert outcome.wanted.item() == 1
    assert outcome.held.item() == 1


@pytest.mark.parametrize(("weekdays", "days"), [(range(7), 1), ({0, 3}, 4), ({2}, 7), ({0, 4}, 4)])
def test_the_review_is_the_longest_wait_for_an_order_day(weekdays: set[int], days: int) -> None:
    """From Thursday to Monday are four days, from Monday to Friday as many."""
    terms = Terms(lead_days=4.2, order_weekdays=frozenset(weekdays))
    assert terms.review_days == days
    assert terms.protection_days == 5 + days
