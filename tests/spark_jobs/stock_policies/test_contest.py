"""Parameters are chosen on the days before the origin, and the days after it only count the cost."""

from dataclasses import dataclass

import numpy as np
import pytest

from spark_jobs.stock_policies.contest import RELEASED, Demand, hold, total
from spark_jobs.stock_policies.replay import Terms
from spark_jobs.stock_policies.rules import Buyers, Levels, SafetyStock
from spark_jobs.stock_policies.tuning import Trial, choose, drawn_leads, try_out

FIRST = np.datetime64("2026-01-05")  # a Monday


@dataclass(frozen=True)
class Fixed:
    """A rule without memory: the level is the parameter."""

    parameters: tuple[float, ...]
    name: str = "fixed"
    untuned: float = 9.0

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """The parameters as they are."""
        return lambda units, known: np.tile(self.parameters, (len(units), len(known), 1))


def _demand(units: np.ndarray) -> Demand:
    return Demand(units, FIRST + np.arange(units.shape[1]), lambda known: np.zeros(len(known), dtype=int))


def test_the_cheapest_parameter_of_the_days_before_is_taken() -> None:
    """Demand of 2 a day and lead time 1: level 2 costs nothing, so it is taken, and goes on costing nothing."""
    units = np.full((3, 4 * 28), 2.0)
    scores = hold([Fixed((1, 2, 3))], _demand(units), Terms(lead_days=1), count=1)
    of = total(scores)
    assert of["fixed"].parameter == "2"
    assert of["fixed"].cost == 0
    assert of["fixed (untuned)"].parameter == "3"
    assert of["fixed (untuned)"].cost_per_unit == pytest.approx(0.5)  # one unit left for each two wanted


def test_days_after_the_origin_choose_nothing() -> None:
    """Demand triples after the origin: the parameter stays, and units are lost."""
    units = np.full((3, 4 * 28), 2.0)
    units[:, -28:] = 6
    of = total(hold([Fixed((2, 6))], _demand(units), Terms(lead_days=1), count=1))
    assert of["fixed"].parameter == "2"
    assert of["fixed"].fill_rate == pytest.approx(2 / 6)


def test_what_cost_least_before_is_released_whatever_it_costs_then() -> None:
    """The rule that was right on the days before is released, though the other one is right afterwards."""
    units = np.full((3, 4 * 28), 2.0)
    units[:, -28:] = 6
    rules = [Fixed((2.0,), "low"), Fixed((6.0,), "high")]
    scores = hold(rules, _demand(units), Terms(lead_days=1), count=1)
    released = total(scores)[RELEASED]
    assert released.parameter == "low"
    assert released.cost == total(scores)["low"].cost


def test_segments_have_parameters_of_their_own_where_that_pays() -> None:
    """Slow series sell 1 a day, fast ones 5: one level for all loses or holds, two levels cost nothing."""
    units = np.concatenate([np.full((40, 84), 1.0), np.full((40, 84), 5.0)])
    segments = np.repeat(["slow", "fast"], 40)
    choice = choose(try_out(Fixed((1, 5)), units, Terms(lead_days=1))[0], segments)
    assert choice.is_by_segment
    assert choice.chosen.tolist() == [0] * 40 + [1] * 40
    assert choice.cost_per_unit == 0


def test_a_segment_of_few_series_follows_all() -> None:
    """Three series are too few for a parameter of their own."""
    cost = np.zeros((2, 43, 2))
    cost[:, :40, 1] = 1  # for forty series the first parameter is the cheaper one, for three the second
    cost[:, 40:, 0] = 1
    trial = Trial(Fixed((1, 2)), cost, np.ones((2, 43)))
    choice = choose(trial, np.repeat(["many", "few"], [40, 3]))
    assert choice.chosen.tolist() == [0] * 43


def test_stock_goes_on_from_one_origin_to_the_next() -> None:
    """Level 4 against demand of 0: the shelf stays full for both windows, 4 units a day and series."""
    units = np.zeros((1, 5 * 28))
    units[0, 0] = 1
    of = total(hold([Fixed((4.0,))], _demand(units), Terms(lead_days=3), count=2))
    assert of["fixed"].held == 2 * 28 * 4
    assert of["fixed"].days == 56


def test_the_safety_stock_formula_by_hand() -> None:
    """Days of 1 and 3 in turn: mean 2, deviation 1. Four days: 8 + z · √(4 · 1 + 2² · 1.5²), with z = 1: 8 + √13."""
    units = np.tile([1.0, 3.0], (1, 14))
    terms = Terms(lead_days=4, lead_deviation=1.5)
    levels = SafetyStock(parameters=(0.0, 1.0)).learn(units, terms)(units, np.array([28]))
    np.testing.assert_allclose(levels, [[[8, 8 + 13**0.5]]])


def test_the_buyers_rule_by_hand() -> None:
    """Steady 2 a day over 4 days: m = 8, spread √(1.7 · 8 + 1.6²) = 4.020; 8 + 1.65 · 4.020 = 14.6, rounded 15."""
    units = np.full((1, 200), 2.0)
    levels = Buyers().learn(units, Terms(lead_days=4))(units, np.array([200]))
    assert levels.item() == 15


def test_lead_times_are_drawn_with_their_mean_and_deviation() -> None:
    """The first series takes 8 days, deviating by 2; the second always 3.2, so 4. The same seed draws the same."""
    terms = Terms(lead_days=np.array([8.0, 3.2]), lead_deviation=np.array([2.0, 0.0]))
    leads = drawn_leads(terms, (2, 5000), seed=5)
    assert leads[0].mean() == pytest.approx(8, abs=0.1)
    assert leads[0].std() == pytest.approx(2, abs=0.1)
    assert set(leads[1].tolist()) == {4}
    assert (leads == drawn_leads(terms, (2, 5000), seed=5)).all()
    assert drawn_leads(Terms(lead_days=5), (2, 9), seed=5) is None


def test_lead_times_that_vary_cost_more() -> None:
    """The same mean lead time, once as it is and once deviating by 3 days: the best level costs more."""
    units = np.random.default_rng(2).poisson(4, (40, 112)).astype(float)
    rule = Fixed(tuple(float(level) for level in range(20, 90, 2)))
    steady, varying = (
        try_out(rule, units, Terms(lead_days=6, lead_deviation=deviation))[0].cost.sum(axis=(0, 1)).min()
        for deviation in (0.0, 3.0)
    )
    assert varying > steady * 1.2


def test_customers_are_served_no_worse_than_before() -> None:
    """3 wanted every other day, lost at 1, held at 5: least stock is cheapest. If nothing may be lost, level 3 it is;
    what lacks in a depot, which does not count, changes nothing.
    """
    units = np.full((40, 140), 3.0)
    units[:, 1::2] = 0
    terms, rule, together = Terms(lead_days=1, holding=5.0, lost=1.0), Fixed((1, 2, 3)), np.zeros(40)
    free = choose(try_out(rule, units, terms)[0], together)
    bound = choose(try_out(rule, units, terms, most_lost=np.zeros(40))[0], together)
    aside = choose(try_out(rule, units, terms, most_lost=np.full(40, np.nan))[0], together)
    assert [set(each.chosen.tolist()) for each in (free, bound, aside)] == [{0}, {2}, {0}]
