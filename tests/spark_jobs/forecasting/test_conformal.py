"""Intervals hold what they promise."""

import numpy as np
import pytest

from spark_jobs.forecasting.conformal import calibrate, spreads


def test_the_interval_is_the_conformal_rank_of_past_errors() -> None:
    """Errors 1 to 9 at spread 2 are 0.5 to 4.5; rank ceil(10 x 0.9) = 9 gives 4.5, at spread 4 a width of 18."""
    actual = np.arange(1.0, 10)[None, :]
    past = calibrate(actual, np.zeros((1, 9)), np.array([2.0]), np.array(["smooth"]))
    lower, upper = past.interval(np.array([[20.0, 3.0]]), np.array([4.0]), np.array(["lumpy"]))
    assert upper.tolist() == [[38.0, 21.0]]
    assert lower.tolist() == [[2.0, 0.0]]


def test_a_class_with_enough_errors_has_its_own_interval() -> None:
    """Errors of 1 and of 5, six hundred of each: each class has its own width, an unknown one that of all."""
    actual = np.repeat([[1.0], [5.0]], 600, axis=1)
    past = calibrate(actual, np.zeros((2, 600)), np.ones(2), np.array(["smooth", "lumpy"]))
    _, upper = past.interval(np.zeros((3, 1)), np.ones(3), np.array(["smooth", "lumpy", "erratic"]))
    assert upper.ravel().tolist() == [1.0, 5.0, 5.0]


@pytest.mark.parametrize("zeros", [0.0, 0.62])
def test_ninety_percent_of_days_lie_within(zeros: float) -> None:
    """Counts, 62 % of them 0: of new days 87 to 93 % lie within, and about 5 % above the 0.95 quantile."""
    random = np.random.default_rng(3)
    rates = random.gamma(1.0, 3.0, (400, 1))
    days = random.poisson(rates, (400, 28 * 5)) * (random.random((400, 28 * 5)) >= zeros)
    forecast = np.repeat(rates * (1 - zeros), 28, axis=1)
    spread, classes = spreads(days[:, :84].astype(float)), np.full(400, "smooth")
    past = calibrate(days[:, 84:112].astype(float), forecast, spread, classes)
    lower, upper = past.interval(forecast, spread, classes)
    new = days[:, 112:]
    assert 0.87 <= ((new >= lower) & (new <= upper)).mean() <= 0.93
    assert 0.03 <= (new > past.quantile(forecast, spread, classes, 0.95)).mean() <= 0.07


def test_the_spread_is_of_the_last_quarter() -> None:
    """2 and 4 deviate by 1 from 3; what lies 91 days back is forgotten, and a constant series keeps a floor."""
    history = np.tile(np.array([2.0, 4.0]), (1, 60))
    history[0, :20] = 1000
    np.testing.assert_allclose(spreads(history), [1.0], rtol=1e-3)
    assert spreads(np.ones((1, 50)))[0] > 0
