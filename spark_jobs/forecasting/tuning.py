"""Parameters are chosen by how well they would have forecast the last windows before the origin."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from spark_jobs.forecasting import metrics
from spark_jobs.forecasting.model import HORIZON_DAYS, DemandData, Model

M = TypeVar("M", bound=Model)


def best_of(candidates: Sequence[M], data: DemandData, origin: np.datetime64, windows: int = 1) -> M:
    """The candidate with the lowest mean RMSSE over so many windows of 28 days that end with the origin.

    Each is learnt from what was known before the window; of equals the first is taken.
    """
    if len(candidates) == 1:
        return candidates[0]
    befores = [origin - HORIZON_DAYS * step for step in range(windows, 0, -1)]
    errors = [[_error(model, data, before) for before in befores] for model in candidates]
    return candidates[int(np.argmin(np.mean(errors, axis=1)))]


def _error(model: Model, data: DemandData, before: np.datetime64) -> float:
    actual = data.history(before + HORIZON_DAYS)[:, -HORIZON_DAYS:]
    scale = metrics.naive_scale(data.history(before))
    return metrics.rmsse(actual, model.fit(data, before).predict(data, before), scale)
