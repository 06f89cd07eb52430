"""Orders are replayed as a shop would live them."""

import numpy as np
import pytest

from spark_jobs.stock_policies.replay import Terms, replay


def _levels(*candidates: float, days: int) -> np.ndarray:
    """One series, the same level each evening."""
    return np.tile(np.array(candidates, dtype=float), (1, days, 1))


def test_a_few_days_by_hand() -> None:
    """Level 5, lead time 2. Days end with 2, 0, 3, 3 units; on the second 2 are lost; orders of 3 and of 2."""
    outcome, shelf = replay(np.array([[3.0, 4, 0, 2]]), _levels(5, days=4), Terms(lead_days=2))
    assert outcome.held.item() == 8
    assert outcome.lost.item() == 2
    assert outcome.orders.item() == 2
    assert outcome.wanted.item() == 9
    assert outcome.cost.item() == 8 * 1 + 2 * 19
    assert shelf.on_hand.item() == 3
    assert shelf.position().item() == 3


def test_a_lead_time_of_one_is_there_next_morning() -> None:
    """What is sold today is back tomorrow: level 4 serves 4 units day after day."""
    outcome, _ = replay(np.array([[4.0, 4, 4]]), _levels(4, days=3), Terms(lead_days=1))
    assert outcome.lost.item() == 0
    assert outcome.held.item() == 0


def test_candidates_do_not_touch_each_other() -> None:
    """Two levels side by side cost what each costs alone: 0 loses all 9 units, 9 loses none and holds 6, 2, 5, 7."""
    outcome, _ = replay(np.array([[3.0, 4, 0, 2]]), _levels(0, 9, days=4), Terms(lead_days=2))
    assert outcome.lost.tolist() == [[9, 0]]
    assert outcome.held.tolist() == [[0, 20]]


def test_levels_may_follow_demand() -> None:
    """The level of an evening is what is ordered up to: 2, then 5, so 3 and what was sold come next morning."""
    levels = np.array([[[2.0], [5.0]]])
    outcome, _ = replay(np.array([[1.0, 0]]), levels, Terms(lead_days=1))
    assert outcome.held.item() == 1 + 5


def test_a_replay_goes_on_where_another_one_stopped() -> None:
    """Two halves give what the whole gives, goods on the way included."""
    demand, levels = np.array([[3.0, 4, 0, 2, 5, 1]]), _levels(5, 8, days=6)
    whole, _ = replay(demand, levels, Terms(lead_days=3))
    first, shelf = replay(demand[:, :4], levels[:, :4], Terms(lead_days=3))
    second, _ = replay(demand[:, 4:], levels[:, 4:], Terms(lead_days=3), shelf=shelf, first_weekday=4)
    both = first + second
    np.testing.assert_array_equal(both.cost, whole.cost)
    np.testing.assert_array_equal(both.orders, whole.orders)
    assert both.days == 6


def test_whole_packs_and_at_least_the_minimum_are_ordered() -> None:
    """One unit lacks: with packs of 4 come 4; with packs of 4 and at least 6 come 8."""
    demand, levels = np.array([[1.0, 0]]), _levels(5, days=2)
    _, packs = replay(demand, levels, Terms(pack=4))
    _, more = replay(demand, levels, Terms(pack=4, minimum=np.array([6.0])))
    assert packs.on_order.sum() == 4
    assert more.on_order.sum() == 8


def test_orders_wait_for_the_order_day() -> None:
    """Ordering on Wednesday evenings only (the first day is a Monday): until Wednesday nothing is ordered."""
    terms = Terms(order_weekdays=frozenset({2}))
    _, before = replay(np.array([[2.0, 1, 0]]), _levels(5, days=3), terms)
    _, after = replay(np.array([[2.0, 1, 0, 0]]), _levels(5, days=4), terms)
    assert before.on_order.sum() == 0
    assert after.on_order.sum() == 3


def test_a_batch_lets_stock_fall_before_it_is_ordered() -> None:
    """(s, S) = (2, 6): at 4 nothing is ordered, at 2 all 4 that lack, in one order that costs its fee once."""
    terms = Terms(lead_days=1, order_cost=10)
    outcome, _ = replay(np.array([[2.0, 2, 0]]), _levels(6, days=3), terms, batch=4.0)
    assert outcome.orders.item() == 1
    assert outcome.cost.item() == 4 + 2 + 6 + 10


def test_a_cap_spreads_a_burst_over_several_orders() -> None:
    """Level 8 for two days: 4 a day, capped at 1.5 times that. Of 8 sold at once 6 are ordered, the other 2 next."""
    outcome, shelf = replay(np.array([[8.0, 0, 0]]), _levels(8, days=3), Terms(lead_days=2), cap=1.5)
    assert outcome.held.item() == 0 + 0 + 6
    assert shelf.on_order[0].item() == 2


def test_orders_may_overtake_each_other() -> None:
    """The second evening's order takes 4 days, the third one's a single day and is there first."""
    leads = np.array([[1, 4, 1, 1]])
    outcome, _ = replay(np.array([[2.0, 1, 1, 1]]), _levels(3, days=4), Terms(), leads=leads)
    assert outcome.held.item() == 1 + 0 + 0 + 0
    assert outcome.lost.item() == 0


def test_unknown_demand_is_none() -> None:
    """Before a series begins nobody wants it."""
    outcome, _ = replay(np.array([[np.nan, 1]]), _levels(1, days=2), Terms())
    assert outcome.wanted.item() == 1
    assert outcome.held.item() == 1


@pytest.mark.parametrize(("weekdays", "days"), [(range(7), 1), ({0, 3}, 4), ({2}, 7), ({0, 4}, 4)])
def test_an_order_lasts_until_the_next_one_can_be_there(weekdays: set[int], days: int) -> None:
    """From Thursday to Monday are four days, from Monday to Friday as many; a lead time of 4.2 days counts as 5."""
    terms = Terms(lead_days=4.2, order_weekdays=frozenset(weekdays))
    assert terms.review_days == days
    assert terms.protection_days == 4 + days


def test_series_have_order_days_of_their_own() -> None:
    """The first orders on Wednesdays, the second each evening; the first day is a Monday: units on order after it."""
    weekdays = np.array([[day == 2 for day in range(7)], [True] * 7])
    terms = Terms(lead_days=4, order_weekdays=weekdays)
    _, shelf = replay(np.array([[2.0, 0], [2.0, 0]]), np.full((2, 2, 1), 5.0), terms)
    assert shelf.on_order.sum(axis=0)[:, 0].tolist() == [0, 2]
    assert terms.review_days.tolist() == [7, 1]
    assert terms.protection_days.tolist() == [10, 4]


def test_what_perishes_leaves_the_eldest_first() -> None:
    """Level 4, there next morning, good for the day it comes and one more; 1 is wanted a day.

    Day 1 ends with 3 old ones. Day 2: 1 new, 1 old sold, the other 2 leave at 5 each: 1 is left. Day 3: 3 new, the
    eldest is sold: 3 are left. Day 4: 1 new, 1 old sold, 2 leave: 1 is left.
    """
    terms = Terms(lead_days=1, life_days=np.array([1.0]), waste=5.0)
    outcome, shelf = replay(np.array([[1.0, 1, 1, 1]]), _levels(4, days=4), terms)
    assert outcome.wasted.item() == 4
    assert outcome.held.item() == 3 + 1 + 3 + 1
    assert outcome.cost.item() == 8 + 4 * 5
    assert shelf.position().item() == 1


def test_lots_go_on_from_one_replay_to_the_next() -> None:
    """Two halves waste what the whole wastes, beside a series that keeps."""
    demand, levels = np.array([[1.0, 0, 2, 1, 0, 1], [1, 0, 2, 1, 0, 1]]), np.full((2, 6, 2), [4.0, 6.0])
    terms = Terms(lead_days=2, life_days=np.array([np.inf, 2.0]), waste=np.array([0.0, 3.0]))
    whole, _ = replay(demand, levels, terms)
    first, shelf = replay(demand[:, :3], levels[:, :3], terms)
    second, _ = replay(demand[:, 3:], levels[:, 3:], terms, shelf=shelf, first_weekday=3)
    np.testing.assert_array_equal((first + second).cost, whole.cost)
    assert whole.wasted[1].min() > 0
    assert whole.wasted[0].max() == 0


def test_terms_of_some_series() -> None:
    """What differs by series is picked, what does not stays."""
    terms = Terms(lead_days=np.array([2.0, 5.0]), lost=7, order_weekdays=np.array([[True] * 7, [False] * 6 + [True]]))
    own = terms.of(np.array([1]))
    assert (own.lead_days.tolist(), own.lost, own.review_days.tolist()) == ([5.0], 7, [7])
