"""Forecasts for series too young to be judged: by rule, and named so."""

from collections.abc import Sequence

import numpy as np

from spark_jobs.forecasting.classes import demand_classes
from spark_jobs.forecasting.conformal import spreads
from spark_jobs.forecasting.model import HORIZON_WEEKS
from spark_jobs.forecasting.snapshot import Series
from spark_jobs.forecasting.statistical import weekday_means

YOUNG = "too short"  # class of demand: under 26 weeks
OWN, BORROWED = "young_weekday_mean", "young_category_level"
_WEEKS, _LEAST_DAYS = 8, 28
Array = np.ndarray


def young_rule(history: Array, series: Sequence[Series]) -> tuple[Array, Array, Array]:
    """(series, 28) units, (series,) spread of a day and (series,) name of the rule, for every series.

    Under 28 days on offer a series is taken for the mean of the older ones of its category in its place, or of its
    category anywhere, or of all; from then on its own weekdays speak.
    """
    own, spread = weekday_means(history, _WEEKS), spreads(history)
    offered = np.isfinite(history).sum(axis=1)
    grown = demand_classes(history) != YOUNG
    names = np.where(offered >= _LEAST_DAYS, OWN, BORROWED).astype(object)
    for one in np.flatnonzero(offered < _LEAST_DAYS):
        alike = _alike(one, series, grown & active(history))
        if len(alike):
            own[one], spread[one] = own[alike].mean(axis=0), spread[alike].mean()
    return np.tile(own, HORIZON_WEEKS), spread, names


def active(history: Array) -> Array:
    """(series,) whether it was on offer on any of the last 28 days."""
    return np.isfinite(history[:, -_LEAST_DAYS:]).any(axis=1)


def _alike(one: int, series: Sequence[Series], grown: Array) -> Array:
    """The older ones that are nearest to it, of the first circle that has any."""
    here = np.array([other.store_id == series[one].store_id for other in series])
    kin = np.array([other.category == series[one].category for other in series])
    for circle in (here & kin, kin, np.ones(len(series), bool)):
        if (found := np.flatnonzero(circle & grown)).size:
            return found
    return np.array([], int)
