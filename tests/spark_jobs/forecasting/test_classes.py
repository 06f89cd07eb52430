"""Classes of demand follow the rules of the mart."""

import numpy as np

from spark_jobs.forecasting.classes import demand_classes

WEEKS = 30


def _weekly(units: list[float]) -> np.ndarray:
    """A row whose weeks have these units, over and over, on the last day of the week."""
    days = np.zeros((WEEKS, 7))
    days[:, 6] = np.resize(units, WEEKS)
    return days.ravel()


def test_classes_follow_interval_and_size() -> None:
    """Every week 5: smooth; 1 and 20 by turns: erratic; 5 every other week: intermittent; 1, 0, 30, 0: lumpy."""
    rows = np.stack([_weekly([5]), _weekly([1, 1, 20]), _weekly([5, 0]), _weekly([1, 0, 1, 0, 30, 0]), _weekly([0])])
    assert demand_classes(rows).tolist() == ["smooth", "erratic", "intermittent", "lumpy", "no demand"]


def test_a_series_of_less_than_26_weeks_is_too_short() -> None:
    """Weeks in which it was offered on fewer than four days do not count."""
    short, thin = _weekly([5]), _weekly([5])
    short[: 7 * (WEEKS - 25)] = np.nan
    thin.reshape(WEEKS, 7)[:, :4] = np.nan
    assert demand_classes(np.stack([short, thin])).tolist() == ["too short", "too short"]


def test_days_that_were_not_offered_are_made_up_for() -> None:
    """Four days of 1 stand for a week of 7."""
    row = np.ones((WEEKS, 7))
    row[:, :3] = np.nan
    assert demand_classes(row.reshape(1, -1)).tolist() == ["smooth"]
