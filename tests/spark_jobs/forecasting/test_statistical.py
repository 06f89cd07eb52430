"""Models without features, held to figures worked out by hand."""

from pathlib import Path

import numpy as np

from spark_jobs.forecasting import statistical
from spark_jobs.forecasting.statistical import STATISTICAL, TSB, WEEKDAY_MEAN


class Days:
    """Data that are days alone."""

    def __init__(self, units: np.ndarray) -> None:
        self.units = units

    def history(self, origin: np.datetime64) -> np.ndarray:
        """Until the origin."""
        return self.units[:, : int(origin.astype("datetime64[D]").astype(int)) + 1]


def test_seasonal_naive_repeats_the_last_week() -> None:
    """The last seven days, four times."""
    said = statistical.seasonal_naive(np.arange(10.0)[None, :])
    assert said.tolist() == [[3, 4, 5, 6, 7, 8, 9] * 4]


def test_weekday_mean_leaves_out_days_that_are_unknown() -> None:
    """Of the first weekday 2 and 4 are known, of the second 6 only, of the others nothing."""
    units = np.full((1, 14), np.nan)
    units[0, [0, 7, 8]] = 2, 4, 6
    assert statistical.weekday_mean(units, 2)[0, :8].tolist() == [3, 6, 0, 0, 0, 0, 0, 3]


def test_parameters_are_chosen_by_what_came_before() -> None:
    """A level that rises is followed best with the greatest weight, noise about a level with the smallest."""
    origin = np.datetime64(279, "D")
    rising = (5 + np.arange(280) / 10 + np.arange(280) % 2)[None, :]
    noise = np.random.default_rng(2).poisson(5, (50, 280)).astype(float)
    assert TSB.tuned(Days(rising), origin).parameters["size_weight"] == 0.2
    assert TSB.tuned(Days(noise), origin).parameters["size_weight"] == 0.02


def test_what_comes_after_the_origin_changes_no_forecast(tmp_path: Path) -> None:
    """Every model says the same with another future, and read back from its file."""
    origin = np.datetime64(199, "D")
    units = np.random.default_rng(3).poisson(2, (5, 260)).astype(float)
    other = units.copy()
    other[:, 200:] = np.random.default_rng(4).permutation(units[:, 200:], axis=1) + 7
    for model in STATISTICAL:
        one, two = (model.tuned(Days(days), origin).fit(Days(days), origin) for days in (units, other))
        said = one.predict(Days(units), origin)
        np.testing.assert_array_equal(said, two.predict(Days(other), origin))
        one.save(tmp_path / model.name)
        np.testing.assert_array_equal(model.load(tmp_path / model.name).predict(Days(units), origin), said)


def test_weekday_mean_takes_eight_weeks() -> None:
    """A ninth week back is forgotten."""
    units = np.zeros((1, 63))
    units[0, :7] = 99
    assert WEEKDAY_MEAN.fit(Days(units), np.datetime64(62, "D")).predict(Days(units), np.datetime64(62, "D")).sum() == 0
