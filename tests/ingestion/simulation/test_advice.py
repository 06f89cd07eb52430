"""Stores may order by levels from a file; days before it begins, and pairs it does not name, are as ever."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from chains import START, small_world

from contracts.policy_file import PolicyLevel, write_policy_file
from contracts.problems import Problem
from ingestion.simulation import buying
from ingestion.simulation.advice import Advice
from ingestion.simulation.chain import Chain, make_chain
from ingestion.simulation.opening import first_state
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.trial import Life
from ingestion.simulation.truth import Truth


@pytest.fixture(scope="module")
def chain() -> Chain:
    """A tiny chain."""
    return make_chain(small_world(), 7, START.toordinal())


def _level(made: date, units: float, product: str = "P00001", **more) -> PolicyLevel:
    return PolicyLevel(
        made, more.get("begins", made + timedelta(days=1)), "S01", product, more.get("reorder", units), units
    )


def test_the_newest_level_that_has_begun_counts(chain: Chain) -> None:
    """Made on day 0 and day 28: until day 28 the first counts, from day 29 the second; before day 1 neither."""
    first, second = START, START + timedelta(days=28)
    advice = Advice(chain, [_level(first, 5), _level(second, 9)])
    up_to = [advice.on(START.toordinal() + day)[1][0, 0] for day in (0, 1, 28, 29, 60)]
    np.testing.assert_array_equal(up_to, [np.nan, 5, 5, 9, 9])


def test_a_later_day_made_replaces_what_was_planned_before(chain: Chain) -> None:
    """Day 0 plans 5, and 7 from day 20; day 10 says 9: from day 11 on it is 9 for good."""
    later = START + timedelta(days=10)
    planned = _level(START, 7, begins=START + timedelta(days=20))
    advice = Advice(chain, sorted([_level(START, 5), planned, _level(later, 9)]))
    assert [advice.on(START.toordinal() + day)[1][0, 0] for day in (10, 11, 25)] == [5, 9, 9]


def test_a_level_is_ordered_up_to_from_below(chain: Chain) -> None:
    """Below 5 is at or below 4, below 4.5 too."""
    advice = Advice(chain, [_level(START, 6, reorder=5), _level(START, 6, "P00002", reorder=4.5)])
    assert advice.on(START.toordinal() + 1)[0][0, :2].tolist() == [4, 4]


def test_pairs_without_a_level_are_ordered_by_the_buyers_rule(chain: Chain) -> None:
    """Only the pair that is named differs from what the buyers would do."""
    own = buying.levels(chain, first_state(chain), chain.start)
    known = buying.levels(
        chain, first_state(chain, Advice(chain, [_level(START - timedelta(days=1), 77)])), chain.start
    )
    assert known.order_up_to[0, 0] == 77
    assert known.reorder_point[0, 0] == 76
    assert (known.order_up_to != own.order_up_to).sum() == 1


def test_levels_of_somebody_else_are_refused(chain: Chain) -> None:
    """A file that names none of this retailer's pairs is an error."""
    with pytest.raises(Problem, match="no location and product"):
        Advice(chain, [_level(START, 5, "X")])


def _messages(run: Run, days: int) -> list[list[bytes]]:
    batches = simulate(run, START + timedelta(days=days - 1), Truth())
    return [[message.value for message in batch.messages] for batch in batches]


def test_days_before_the_advice_are_what_they_are_without_it(tmp_path: Path) -> None:
    """Made in the evening of day 9, levels change the orders of day 10 and nothing before."""
    plain = Run("grocer", "tiny", 7, "test", START)
    levels = [_level(START + timedelta(days=9), 40.0, product) for product in make_chain(small_world(), 7, 1).goods.ids]
    write_policy_file(tmp_path / "levels.csv", levels)
    advised = Run("grocer", "tiny", 7, "test", START, policy=tmp_path / "levels.csv")
    without, with_it = _messages(plain, 12), _messages(advised, 12)
    assert with_it[:10] == without[:10]
    assert with_it[10] != without[10]
    assert advised.as_json() == plain.as_json()


def test_two_lives_meet_the_same_customers(chain: Chain) -> None:
    """Both want the same units; the life with high levels loses fewer of them and holds more."""
    life = Life(chain)
    life.go_on(20)
    poor, rich = life.twin(), life.twin()
    everywhere = [(place, product) for place in chain.places.stock_ids for product in chain.goods.ids]
    eve = date.fromordinal(life.day - 1)
    for other, units in ((poor, 1.0), (rich, 60.0)):
        levels = [PolicyLevel(eve, eve + timedelta(days=1), *pair, units, units) for pair in everywhere]
        other.state.advice = Advice(chain, levels)
        other.go_on(15)
    less, more = poor.worth(0.001), rich.worth(0.001)
    assert more.wanted_units == less.wanted_units > 0
    assert more.lost_units < less.lost_units
    assert more.stock_value > less.stock_value
    assert more.holding_cost == pytest.approx(more.stock_value * 15 * 0.001)
    assert len(life.seen.sold) == 20 and len(rich.seen.sold) == 35
