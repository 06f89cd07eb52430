"""What is advised keeps within the shelf, follows the item's own money, and says what set it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
import yaml

from contracts.settings import PROJECT
from spark_jobs.stock_policies.advice import bounded, freeze
from spark_jobs.stock_policies.boosted import BoostedQuantiles
from spark_jobs.stock_policies.contest import Demand
from spark_jobs.stock_policies.recommendations import recommendation_rows
from spark_jobs.stock_policies.replay import Terms
from spark_jobs.stock_policies.rules import ServiceByMoney
from spark_jobs.stock_policies.supply import Supply, kinds, order_weekdays, segments_of, terms_of, with_depots
from spark_jobs.stock_policies.wanted import unconstrained

FIRST = np.datetime64("2026-01-05")  # a Monday


def _rows(**columns) -> pd.DataFrame:
    """Two series of a store; what is given replaces the usual."""
    usual = {
        "store_id": ["S1", "S1"],
        "product_id": ["A", "B"],
        "supply_source_id": ["V1", "V1"],
        "lead_time_days": [2.0, 2.0],
        "lead_time_deviation_days": [0.0, 0.0],
        "order_weekdays": [[1, 2, 3, 4, 5, 6, 7]] * 2,
        "pack_units": [1.0, 1.0],
        "minimum_order_units": [0.0, 0.0],
        "minimum_order_value": [0.0, 0.0],
        "minimum_presentation_units": [0.0, 0.0],
        "shelf_capacity_units": [None, None],
        "shelf_life_days": [None, None],
        "unit_cost": [2.0, 2.0],
        "lost_unit_cost": [1.0, 1.0],
        "holding_cost_per_day": [0.001, 0.001],
    }
    return pd.DataFrame(usual | columns)


def test_a_service_level_for_each_items_money() -> None:
    """Days of 1 and 3: mean 2, deviation 1; 4 days: 8 and 2. 19 lost of 20 is z(0.95), 1 of 2 is z(0.5) = 0."""
    units = np.tile([1.0, 3.0], (2, 28))
    terms = Terms(lead_days=4, holding=1.0, lost=np.array([19.0, 1.0]))
    levels = ServiceByMoney(parameters=(1.0, 2.0)).learn(units, terms)(units, np.array([56]))
    z = NormalDist().inv_cdf(0.95)
    np.testing.assert_allclose(levels[:, 0], np.rint([[8 + 2 * z, 8 + 4 * z], [8, 8]]))


def test_waste_is_a_cost_of_too_much() -> None:
    """2.00 wasted after 4 days is 0.50 a day: 4.5 lost of 5 is z(0.9) = 1.28. Two days of 100 and 300: 400 + 181. A
    lead time of 5 days would want 1,287, but only 5 days' demand sells within the life.
    """
    units = np.tile([100.0, 300.0], (1, 28))
    terms = Terms(lead_days=2, holding=0.0, lost=4.5, life_days=np.array([4.0]), waste=2.0)
    levels = ServiceByMoney(parameters=(1.0,)).learn(units, terms)(units, np.array([56]))
    assert levels.item() == 581
    longer = replace(terms, lead_days=5)
    assert ServiceByMoney(parameters=(1.0,)).learn(units, longer)(units, np.array([56])).item() == 1000


def test_levels_held_do_not_follow_demand() -> None:
    """Demand doubles on the second evening: held levels stay what they were on the first."""
    units = np.array([[2.0] * 28 + [4.0] * 28])
    rule, evenings = ServiceByMoney(is_held=True, parameters=(0.0,)), np.array([28, 40, 56])
    held = rule.learn(units, Terms(lead_days=1))(units, evenings)
    assert held[0, :, 0].tolist() == [2, 2, 2]


def test_levels_know_the_week() -> None:
    """4 on day 0 of seven, 10 on day 5, closed on day 6, else 2: two days ahead want 2 + 10, 10 + 0, 0 + 4, 4 + 2."""
    units = np.tile([4.0, 2, 2, 2, 2, 10, np.nan], (40, 40))
    rule, evenings = ServiceByMoney(groups=np.zeros(40), parameters=(0.0,)), 280 + np.array([4, 5, 6, 7])
    levels = rule.learn(units, Terms(lead_days=2))(np.tile(units, (1, 2)), evenings)
    np.testing.assert_allclose(levels[0, :, 0], [12, 10, 4, 6], atol=1)


@pytest.mark.parametrize("seed", range(5))
def test_levels_keep_within_the_shelf(seed: int) -> None:
    """Of random levels, shelves and demand: never more than fits when the goods come, never less than is shown."""
    random = np.random.default_rng(seed)
    levels, units = random.gamma(1, 40, 200), random.poisson(random.gamma(1, 2, (200, 1)), (200, 90)).astype(float)
    shown = random.integers(0, 5, 200).astype(float)
    terms = Terms(
        lead_days=random.integers(1, 9, 200), presentation=shown, capacity=shown + random.integers(0, 30, 200)
    )
    advised = bounded(levels[:, None], units, terms)
    sold_until_then = units[:, -56:].mean(axis=1) * (terms.lead_days - 1)
    up_to = advised.order_up_to[:, 0]
    assert (up_to <= terms.capacity + sold_until_then + 1e-6).all()
    assert (up_to >= shown).all()
    assert (up_to == np.rint(up_to)).all()
    assert advised.is_full.any() and not advised.is_full.all()


def test_a_depot_wants_what_its_shelves_want() -> None:
    """The depot's own shop sells 1, its two stores 2 and 4: 7; the third store's product comes straight."""
    rows = _rows(store_id=["DC", "S1"], product_id=["A", "A"], supply_source_id=["V1", "DC"])
    rows = pd.concat([rows, _rows(store_id=["S2", "S3"], product_id=["A", "A"], supply_source_id=["DC", "V1"])])
    own = {("DC", "A"): np.array([1.0, 1]), ("S1", "A"): np.array([2.0, np.nan]), ("S2", "A"): np.array([4.0, np.nan])}
    units = with_depots(rows.reset_index(drop=True), own)
    np.testing.assert_array_equal(units, [[7, 1], [2, np.nan], [4, np.nan], [np.nan, np.nan]])


def test_terms_of_the_features() -> None:
    """Orders on Mondays and Thursdays, 2 days good and 3.00 lost with each; what keeps for 90 days keeps for good."""
    rows = _rows(
        order_weekdays=[[1, 4], [7]], shelf_life_days=[2, 90], unit_cost=[3.0, 3.0], shelf_capacity_units=[9, None]
    )
    terms = terms_of(rows, np.ones((2, 56)))
    assert terms.review_days.tolist() == [4, 7]
    assert terms.protection_days.tolist() == [5, 8]
    assert terms.life_days.tolist() == [2, np.inf]
    assert terms.waste.tolist() == [3, 0]
    assert terms.capacity.tolist() == [9, np.inf]


def test_kinds_of_series() -> None:
    """A depot is one whatever it sells; else what perishes, and what sells 1 a day or more."""
    units = np.array([[0.2] * 91, [5.0] * 91, [5.0] * 91, [0.2] * 91])
    is_depot, perishes = np.array([True, False, False, False]), np.array([True, True, False, False])
    assert kinds(units, is_depot, perishes).tolist() == ["depot", "perishes", "fast", "slow"]


def test_who_met_an_empty_shelf_wanted_what_is_usual() -> None:
    """2 a day; half the third day's customers met an empty shelf, its 1 is 2 a day too: they wanted 1. On the fifth,
    empty from the morning, 2 were wanted. A day not offered is unknown.
    """
    sold = np.array([[2.0, 2, 1, np.nan, 0]])
    empty = np.array([[0, 0, 0.5, 0, 1]])
    np.testing.assert_allclose(unconstrained(sold, empty), [[2, 2, 2, np.nan, 2]])


def test_what_comes_later_does_not_change_what_was_wanted() -> None:
    """A day's estimate knows the days before it alone: other days to come leave it as it is."""
    random = np.random.default_rng(1)
    sold, empty = random.poisson(2, (5, 60)).astype(float), np.where(random.random((5, 60)) < 0.3, 0.4, 0.0)
    other = sold.copy()
    other[:, 40:] = 99
    np.testing.assert_array_equal(unconstrained(sold, empty)[:, :40], unconstrained(other, empty)[:, :40])
    assert (unconstrained(sold, empty) > sold).any()


def _supply(units: np.ndarray, **columns) -> Supply:
    rows = _rows(**columns)
    terms = terms_of(rows, units)
    return Supply(rows, Demand(units, FIRST + np.arange(units.shape[1]), segments_of(rows, terms)), terms)


def test_recommendations_say_what_set_them() -> None:
    """2 a day for 2 days without spread: 4 for A, set by demand; B must show 9."""
    supply = _supply(np.full((2, 112), 2.0), minimum_presentation_units=[0.0, 9.0])
    choice = freeze([ServiceByMoney()], supply.demand, supply.terms, windows=1)
    rows = recommendation_rows("run", supply, choice, "shop", datetime(2026, 5, 1, tzinfo=UTC))
    assert [(row["product_id"], row["order_up_to_units"], row["driver"]) for row in rows] == [
        ("A", 4, "demand"),
        ("B", 9, "presentation minimum"),
    ]
    assert [row["safety_stock_units"] for row in rows] == [0, 5]
    assert {row["made_date"] for row in rows} == {str(date(2026, 1, 5) + 111 * (date(2026, 1, 6) - date(2026, 1, 5)))}
    assert json.loads(rows[0]["parameters"]) == {"parameter": 0.0}
    assert rows[0]["reason"] == "Demand until the order after next is there sets it: 4.0 expected in 2 days."
    assert rows[0]["service_level"] == pytest.approx(1 / 1.001, abs=1e-6)


def test_a_full_shelf_is_the_driver_where_more_would_pay() -> None:
    """Days of 0 and 8 want more than 9; the shelf holds 5, and 4 are sold before the goods come."""
    supply = _supply(np.tile([0.0, 8.0], (2, 56)), shelf_capacity_units=[5, None])
    choice = freeze([ServiceByMoney(parameters=(1.0,))], supply.demand, supply.terms, windows=1)
    full, free = recommendation_rows("run", supply, choice, "shop", datetime(2026, 5, 1, tzinfo=UTC))
    assert (full["order_up_to_units"], full["driver"]) == (9, "shelf capacity")
    assert free["order_up_to_units"] > 9


def test_two_panels_of_one_shape_are_two() -> None:
    """Trees that have learnt from one panel do not answer for another one of the same size."""
    random, trees = np.random.default_rng(3), BoostedQuantiles(parameters=(0.5, 0.9))
    few, many = random.poisson(1, (12, 150)).astype(float), random.poisson(9, (12, 150)).astype(float)
    evening, terms = np.array([150]), Terms(lead_days=2)
    trees.learn(few, terms)
    levels = trees.learn(many, terms)(many, evening)
    np.testing.assert_array_equal(levels, BoostedQuantiles(parameters=(0.5, 0.9)).learn(many, terms)(many, evening))


@pytest.mark.parametrize(
    ("product", "lead", "weekdays", "waited"),
    [("B", 2.0, range(1, 8), 0), ("C", 7.0, range(1, 8), 0), ("D", 7.5, [1], 2)],
)
def test_an_order_lasts_as_long_in_the_marts_as_in_the_replay(product: str, lead: float, weekdays, waited: int) -> None:
    """The worked example of the marts' terms says the days of the replay, and the days until the next order day."""
    model = PROJECT / "dbt_project/models/intermediate/replenishment/int_replenishment_terms_joined.yml"
    expected = yaml.safe_load(model.read_text())["unit_tests"][0]["expect"]["rows"]
    in_marts = next(row["protection_days"] for row in expected if row["product_id"] == product)
    terms = Terms(lead_days=lead, order_weekdays=frozenset(day - 1 for day in weekdays))
    assert in_marts == terms.protection_days + waited


def test_orders_wait_for_the_suppliers_minimum() -> None:
    """Two products of 1 a day at 2.00 are 4 a day: a minimum of 12 is reached every third day, Monday to Sunday.

    Of Mondays and Tuesdays alone it is Mondays; without a minimum each evening.
    """
    units = np.ones((2, 56))
    assert order_weekdays(_rows(minimum_order_value=[12.0, 12.0]), units)[0].nonzero()[0].tolist() == [0, 3, 6]
    assert order_weekdays(_rows(minimum_order_value=[12.0, 12.0], order_weekdays=[[1, 2], [1]]), units).sum(
        axis=1
    ).tolist() == [1, 1]
    assert order_weekdays(_rows(), units).all()


def test_levels_know_the_season() -> None:
    """A year ago 2 a day became 4 in the next four weeks; trusted by 0.8, 2 a day now become 3.5 of the kind. The other
    kind, steady, stays; where less than a year is known, nothing is.
    """
    units = np.full((2, 420), 2.0)
    units[0, 420 - 364 : 420 - 364 + 28] = 4
    rule = ServiceByMoney(kinds=np.array([1, 2]), parameters=(0.0,))
    levels = rule.learn(units, Terms(lead_days=10))
    np.testing.assert_array_equal(levels(units, np.array([420]))[:, 0, 0], [35, 20])
    np.testing.assert_array_equal(levels(units[:, :419], np.array([419]))[:, 0, 0], [20, 20])
