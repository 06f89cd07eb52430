"""The formulas give what their sources print.

Expected figures are typed from the documentation of stockpyl 1.0 (L. V. Snyder, MIT licence), which cites the examples
of FoSCT, and from the table of Zheng and Federgruen.
"""

import pytest

from spark_jobs.stock_policies.formulas import (
    best_reorder_levels,
    economic_order_quantity,
    newsvendor_cost,
    newsvendor_discrete,
    newsvendor_normal,
    poisson_chances,
    power_approximation,
    safety_stock,
)


@pytest.mark.parametrize(
    ("holding", "shortage", "mean", "deviation", "lead_time", "units", "cost"),
    [
        (2, 18, 120, 10, 0, 132.815515655446, 35.09966638649737),
        (0.18, 0.70, 50, 8, 0, 56.60395592743389, 1.9976051931766445),
        (0.18, 0.70, 50, 8, 4, 264.7668943741548, 4.466781004149578),
    ],
)
def test_newsvendor_of_normal_demand(
    holding: float, shortage: float, mean: float, deviation: float, lead_time: float, units: float, cost: float
) -> None:
    """stockpyl's first example, FoSCT example 4.3 and 4.4."""
    assert newsvendor_normal(holding, shortage, mean, deviation, lead_time) == pytest.approx((units, cost), abs=1e-9)


@pytest.mark.parametrize(
    ("holding", "shortage", "mean", "units", "cost"),
    [(1, 4, 6, 8, 3.5701069457709416), (0.18, 0.70, 50, 56, 1.797235211809178)],
)
def test_newsvendor_of_counts(holding: float, shortage: float, mean: float, units: int, cost: float) -> None:
    """Poisson demand: FoSCT examples 4.6 and 4.7 without the fixed cost."""
    assert newsvendor_discrete(holding, shortage, poisson_chances(mean)) == pytest.approx((units, cost), abs=1e-8)


def test_a_level_that_is_not_the_best_costs_more() -> None:
    """stockpyl: five units for Poisson demand of 6 cost 6.5903 a period."""
    assert newsvendor_cost(5, 1, 4, poisson_chances(6)) == pytest.approx(6.590296024616343, abs=1e-8)


def test_a_critical_ratio_beyond_the_known_chances_takes_the_most_known() -> None:
    """Demand of at most two units needs no third one, however dear a shortage is."""
    assert newsvendor_discrete(1, 999, [0.5, 0.3, 0.1999]).units == 2


def test_economic_order_quantity() -> None:
    """FoSCT example 3.1."""
    expected = (304.0467800264368, 68.41052550594829)
    assert economic_order_quantity(8, 0.225, 1300) == pytest.approx(expected, abs=1e-9)


def test_power_approximation() -> None:
    """FoSCT example 4.8."""
    levels = power_approximation(0.18, 0.70, 2.5, 50, 8)
    assert levels == pytest.approx((40.19461695647407, 74.29017010980579), abs=1e-9)


@pytest.mark.parametrize(
    ("holding", "shortage", "fixed", "mean", "reorder", "order_up_to", "cost"),
    [
        (1, 4, 5, 6, 4, 10, 8.034111561471642),
        (1, 9, 64, 10, 6, 40, 35.022),
        (1, 9, 64, 25, 19, 56, 54.262),
        (1, 9, 64, 59, 51, 126, 76.679),
        (1, 9, 64, 64, 55, 74, 78.402),
    ],
)
def test_exact_reorder_levels(
    holding: float, shortage: float, fixed: float, mean: float, reorder: int, order_up_to: int, cost: float
) -> None:
    """FoSCT example 4.7, and lines of Zheng and Federgruen's table 1."""
    levels, least = best_reorder_levels(holding, shortage, fixed, poisson_chances(mean))
    assert levels == (reorder, order_up_to)
    assert least == pytest.approx(cost, abs=5e-4)


def test_a_lead_time_lifts_the_reorder_levels() -> None:
    """Demand of 6 a period, three periods until an order is there and the next may be made: far above (4, 10)."""
    levels, _ = best_reorder_levels(1, 4, 5, poisson_chances(6), poisson_chances(18))
    assert levels.reorder > 14
    assert levels.order_up_to > 20


def test_safety_stock_of_normal_errors() -> None:
    """z(0.95) = 1.6449 by the table, six periods of errors of 2: 1.6449 · 2 · √6 = 8.058."""
    assert safety_stock(0.95, 6, 2) == pytest.approx(8.058, abs=0.001)


def test_safety_stock_grows_with_the_spread_of_lead_times() -> None:
    """Five periods of errors of 4 (80) and 10 units a period over a deviation of 1 (100): z(0.975) · √180 = 26.30."""
    assert safety_stock(0.975, 5, 4, rate=10, lead_time_deviation=1) == pytest.approx(26.296, abs=0.001)


@pytest.mark.parametrize("holding", [0, -1])
def test_a_cost_that_is_none_is_refused(holding: float) -> None:
    """Without holding cost every formula would stock without end."""
    with pytest.raises(ValueError, match="holding must be above 0"):
        newsvendor_normal(holding, 1, 1, 1)
