"""Features say what was known on an evening, and nothing younger."""

import numpy as np
import pytest

from spark_jobs.stock_policies.examples import examples
from spark_jobs.stock_policies.history import Past, features, period_sums

NAN = np.nan


def _evenings(*known: int) -> np.ndarray:
    return np.array(known)


def test_windows_end_with_the_evening() -> None:
    """After three days the mean of the last two is that of the second and third; days before a series count not."""
    units = np.array([[4.0, 1, 3, 100], [NAN, NAN, 6, 100]])
    past = Past(units, _evenings(3))
    assert past.mean(2).tolist() == [[2], [6]]
    assert past.deviation(2).tolist() == [[1], [0]]
    assert past.days(3).tolist() == [[3], [1]]


def test_a_decayed_mean_halves_its_weights() -> None:
    """Half-life of a day: (1 · 4 + 2 · 1) ÷ 3 after two days of 4 and 1, in that order: (0.5 · 4 + 1 · 1) ÷ 1.5 = 2."""
    assert Past(np.array([[4.0, 1]]), _evenings(2)).decayed(1).item() == pytest.approx(2)


def test_weekdays_ahead_are_those_of_the_weeks_before() -> None:
    """Two weeks known: the next three days are expected as the means of the first three weekdays: 3, 0 and 5."""
    week = [2.0, 0, 4, 1, 1, 1, 1]
    later = [4.0, 0, 6, 1, 1, 1, 1]
    past = Past(np.array([week + later]), _evenings(14))
    assert past.ahead(3, 2).item() == 8
    assert past.ahead(10, 2).item() == 3 + 0 + 5 + 4 + 3 + 0 + 5


def test_sums_of_periods() -> None:
    """Sums of two days in a row, unknown where a day is."""
    np.testing.assert_array_equal(period_sums(np.array([[NAN, 1.0, 2, 4]]), 2), [[NAN, 3, 6]])


def test_the_future_changes_no_feature() -> None:
    """Whatever comes after the last evening, shuffled or gone, features of earlier evenings stay as they are."""
    random = np.random.default_rng(5)
    units = random.poisson(1.5, (12, 420)).astype(float)
    units[3, :300] = NAN
    known = np.arange(360, 381)
    shuffled = units.copy()
    shuffled[:, 380:] = random.permuted(units[:, 380:], axis=1) + 50
    for period in (3, 9):
        one, level = features(units, known, period)
        other, other_level = features(shuffled, known, period)
        cut, _ = features(units[:, :380], known, period)
        np.testing.assert_array_equal(level, other_level)
        for name in one:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)
            np.testing.assert_array_equal(one[name], cut[name], err_msg=name)


def test_examples_are_answered_by_days_that_are_over() -> None:
    """Demand of 1 a day, then 100 on the last one: only periods that end with it have seen it."""
    units = np.ones((1, 200))
    units[0, -1] = 100
    seen = examples(units, 4)
    assert sorted(set(seen.came.tolist())) == [4, 103]
    assert (seen.came == 103).sum() == 1
