"""Models that need nothing but the days of the series itself."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any, Self

import numpy as np

from spark_jobs.forecasting import metrics
from spark_jobs.forecasting.model import HORIZON_DAYS, HORIZON_WEEKS, DemandData, Kind, checked
from spark_jobs.forecasting.recursions import croston_sba_level, tsb_level, weekday_index

Array = np.ndarray
Forecaster = Callable[..., Array]  # (series, days) and parameters -> (series, 28)
_TUNING_WINDOWS = 3
_PARAMETERS = "parameters.json"


def seasonal_naive(units: Array) -> Array:
    """The last week again and again."""
    return np.tile(np.nan_to_num(units[:, -7:]), HORIZON_WEEKS)


def weekday_mean(units: Array, weeks: int) -> Array:
    """The mean of the last so many same weekdays."""
    return _weekly(weekday_means(units, weeks))


def tsb(units: Array, size_weight: float, chance_weight: float) -> Array:
    """Level of `tsb_level`, the same every day."""
    return _flat(tsb_level(units, size_weight, chance_weight))


def croston_sba(units: Array, weight: float) -> Array:
    """Level of `croston_sba_level`, the same every day."""
    return _flat(croston_sba_level(units, weight))


def usual_week(units: Array, size_weight: float, chance_weight: float, index_days: float, prior_units: float) -> Array:
    """Level of `tsb_level` x weekday index, the same week four times."""
    level = tsb_level(units, size_weight, chance_weight)
    return _weekly(level[:, None] * weekday_index(units, index_days, prior_units))


def weekday_means(units: Array, weeks: int) -> Array:
    """(series, 7) means by weekday, column 0 being the weekday after the last day; 0 where nothing is known."""
    last = units[:, -7 * weeks :]
    last = np.pad(last, ((0, 0), (7 * weeks - last.shape[1], 0)), constant_values=np.nan)
    last = last.reshape(len(units), weeks, 7)
    known = np.isfinite(last).sum(axis=1)
    return np.divide(np.nansum(last, axis=1), known, out=np.zeros((len(units), 7)), where=known > 0)


def _weekly(week: Array) -> Array:
    return np.tile(week, HORIZON_WEEKS)


def _flat(level: Array) -> Array:
    return np.repeat(level[:, None], HORIZON_DAYS, axis=1)


@dataclass(frozen=True)
class StatisticalModel:
    """A forecaster with its parameters, and the values among which `tuned` chooses."""

    name: str
    kind: Kind
    forecaster: Forecaster
    parameters: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def tuned(self, data: DemandData, origin: np.datetime64) -> Self:
        """With the parameters that would have forecast the last three windows before the origin best, by RMSSE."""
        candidates = list(self._candidates())
        if len(candidates) < 2:
            return self
        history = data.history(origin)
        errors = [_past_error(history, self.forecaster, candidate) for candidate in candidates]
        return replace(self, parameters=candidates[int(np.argmin(errors))])

    def fit(self, data: DemandData, origin: np.datetime64) -> "FittedStatistical":
        """Nothing is learnt beyond the parameters: the level is worked out when it is asked for."""
        return FittedStatistical(self.forecaster, self.parameters)

    def load(self, folder: Path) -> "FittedStatistical":
        """With the parameters that were saved."""
        return FittedStatistical(self.forecaster, json.loads((folder / _PARAMETERS).read_text()))

    def _candidates(self) -> Iterator[dict[str, Any]]:
        for values in product(*self.choices.values()):
            yield self.parameters | dict(zip(self.choices, values, strict=True))


@dataclass(frozen=True)
class FittedStatistical:
    """A forecaster with its parameters."""

    forecaster: Forecaster
    parameters: dict[str, Any]

    def predict(self, data: DemandData, origin: np.datetime64) -> Array:
        """(series, 28) units."""
        return checked(self.forecaster(data.history(origin), **self.parameters))

    def save(self, folder: Path) -> None:
        """The parameters as JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _PARAMETERS).write_text(json.dumps(self.parameters))

    def importance(self) -> dict[str, float]:
        """None: there are no features."""
        return {}


def _past_error(history: Array, forecaster: Forecaster, parameters: dict[str, Any]) -> float:
    errors = []
    for window in range(_TUNING_WINDOWS, 0, -1):
        known = history[:, : history.shape[1] - window * HORIZON_DAYS]
        if known.shape[1] < HORIZON_DAYS:
            continue
        actual = history[:, known.shape[1] : known.shape[1] + HORIZON_DAYS]
        errors.append(metrics.rmsse(actual, forecaster(known, **parameters), metrics.naive_scale(known)))
    return float(np.mean(errors)) if errors else 0.0


WEIGHTS = (0.02, 0.05, 0.1, 0.2)
SEASONAL_NAIVE = StatisticalModel("seasonal_naive", "baseline", seasonal_naive)
WEEKDAY_MEAN = StatisticalModel("weekday_mean", "baseline", weekday_mean, {"weeks": 8})
TSB = StatisticalModel(
    "tsb",
    "statistical",
    tsb,
    {"size_weight": 0.1, "chance_weight": 0.1},
    {"size_weight": WEIGHTS, "chance_weight": WEIGHTS},
)
CROSTON_SBA = StatisticalModel("croston_sba", "statistical", croston_sba, {"weight": 0.1}, {"weight": WEIGHTS})
USUAL_WEEK = StatisticalModel(
    "usual_week",
    "statistical",
    usual_week,
    {"size_weight": 0.05, "chance_weight": 0.1, "index_days": 364, "prior_units": 100},
    {"size_weight": WEIGHTS, "chance_weight": WEIGHTS},
)
STATISTICAL = (SEASONAL_NAIVE, WEEKDAY_MEAN, TSB, CROSTON_SBA, USUAL_WEEK)
