"""Levels and indexes, held to figures worked out by hand."""

import numpy as np

from spark_jobs.forecasting.recursions import croston_sba_level, smoothed_level, tsb_level, weekday_index

NAN = np.nan


def test_a_day_weighs_half_of_one_a_half_life_later() -> None:
    """Half-life 1: (8 x 1/4 + 4 x 1/2 + 2) / (7/4) = 24/7; an unknown day weighs nothing: (8 x 1/4 + 2) / (5/4)."""
    np.testing.assert_allclose(
        smoothed_level(np.array([[8.0, 4, 2], [8, NAN, 2], [NAN, NAN, NAN]]), 1), [24 / 7, 3.2, 0]
    )


def test_tsb_smooths_the_chance_daily_and_the_size_on_days_with_demand() -> None:
    """Weights 1/2: chance 1/2 -> 3/4 -> 3/8 -> 11/16; size 4, then 4 + (2 - 4) / 2 = 3. Unknown days pass."""
    np.testing.assert_allclose(tsb_level(np.array([[4.0, 0, 2], [0, 0, 0]]), 0.5, 0.5), [33 / 16, 0])
    np.testing.assert_allclose(tsb_level(np.array([[4.0, 0, NAN, 2]]), 0.5, 0.5), [33 / 16])


def test_croston_divides_size_by_interval() -> None:
    """4 on day 1, 2 on day 3: size 3, interval 1 + (2 - 1) / 2 = 1.5, so 2, corrected by 1 - 1/4. Never wanted: 0."""
    np.testing.assert_allclose(croston_sba_level(np.array([[4.0, 0, 2], [0, 0, 0]]), 0.5), [1.5, 0])


def test_weekday_index_begins_with_the_day_after_the_last() -> None:
    """Two weeks of 7 on one weekday only, hardly decayed: the index is 7 there, and the next day is that weekday."""
    units = np.tile(np.array([7.0, 0, 0, 0, 0, 0, 0]), (1, 2))
    np.testing.assert_allclose(weekday_index(units, 1e9, 0.0), [[7.0, 0, 0, 0, 0, 0, 0]], atol=1e-6)


def test_weekday_index_of_few_units_is_that_of_all() -> None:
    """A series that sold nothing has the index of all series; one of 14 units with a prior of 14 lies half-way."""
    units = np.zeros((2, 14))
    units[0, ::7] = 7
    units[1, 1::7] = 7 * 99
    index = weekday_index(np.vstack([units, np.zeros((1, 14))]), 1e9, 14.0)
    np.testing.assert_allclose(index[2, :2], [0.07, 6.93], rtol=1e-6)
    np.testing.assert_allclose(index[0, :2], [(14 + 14 * 0.07) / 16, 14 * 6.93 / 16], rtol=1e-6)
