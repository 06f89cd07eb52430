"""Measures of errors, held to figures worked out by hand."""

import numpy as np
import pytest

from spark_jobs.forecasting import metrics

NAN = np.nan
ACTUAL = np.array([[2.0, 0.0], [4.0, NAN]])
FORECAST = np.array([[1.0, 2.0], [7.0, 9.0]])  # errors -1, 2 and 3; the fourth day counts for nothing


def test_scale_is_the_naive_error_of_the_training_window() -> None:
    """1, 3, 0 differs by 2 and 3: the root of (4 + 9) / 2. Before its first day a series has no difference."""
    scale = metrics.naive_scale(np.array([[1.0, 3.0, 0.0], [NAN, NAN, 4.0], [5.0, 5.0, 5.0], [NAN, 2.0, 6.0]]))
    np.testing.assert_allclose(scale, [np.sqrt(6.5), NAN, NAN, 4.0])


def test_scale_of_a_week_is_a_mean_of_absolute_differences() -> None:
    """Days 8 and 9 differ from days 1 and 2 by 3 and 5: 4 on average."""
    history = np.array([[1.0, 1, 0, 0, 0, 0, 0, 4, 6]])
    np.testing.assert_allclose(metrics.naive_scale(history, lag=7, power=1), [4.0])


def test_rmse_and_mae_are_over_all_days() -> None:
    """Errors 1, 2 and 3: the root of 14 / 3, and 2."""
    assert metrics.rmse(ACTUAL, FORECAST) == pytest.approx(np.sqrt(14 / 3))
    assert metrics.mae(ACTUAL, FORECAST) == pytest.approx(2.0)


def test_scaled_errors_are_means_over_series() -> None:
    """Series of errors 1, 2 and 3 at scales 2 and 1: (sqrt(2.5) / 2 + 3) / 2 and (1.5 / 2 + 3) / 2."""
    scale = np.array([2.0, 1.0])
    assert metrics.rmsse(ACTUAL, FORECAST, scale) == pytest.approx((np.sqrt(2.5) / 2 + 3) / 2)
    assert metrics.mase(ACTUAL, FORECAST, scale) == pytest.approx((0.75 + 3) / 2)


def test_a_series_without_scale_is_left_out() -> None:
    """Only the second of the two counts."""
    assert metrics.rmsse(ACTUAL, FORECAST, np.array([NAN, 1.0])) == pytest.approx(3.0)
    assert np.isnan(metrics.rmsse(ACTUAL, FORECAST, np.array([NAN, NAN])))


def test_wape_and_bias_are_ratios_of_sums() -> None:
    """6 of 6 demanded units forecast wrongly, 4 too much."""
    assert metrics.wape(ACTUAL, FORECAST) == pytest.approx(1.0)
    assert metrics.bias(ACTUAL, FORECAST) == pytest.approx(4 / 6)
    assert np.isnan(metrics.wape(np.array([[0.0]]), np.array([[1.0]])))


def test_pinball_punishes_what_lies_above_by_the_quantile() -> None:
    """At 0.9 one unit too low costs 0.9, two too high cost 0.2, three 0.3: 1.4 / 3."""
    assert metrics.pinball(ACTUAL, FORECAST, 0.9) == pytest.approx(1.4 / 3)


def test_coverage_includes_both_ends() -> None:
    """2 in [2, 3] and 0 in [0, 0] are in, 4 in [5, 6] is not; an unknown day counts for nothing."""
    lower = np.array([[2.0, 0.0], [5.0, 0.0]])
    upper = np.array([[3.0, 0.0], [6.0, 9.0]])
    assert metrics.coverage(ACTUAL, lower, upper) == pytest.approx(2 / 3)
