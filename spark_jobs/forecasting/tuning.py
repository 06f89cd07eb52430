"""Parameters are chosen by how well they would have forecast the last window before the origin."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from spark_jobs.forecasting import metrics
from spark_jobs.forecasting.model import HORIZON_DAYS, DemandData, Model

M = TypeVar("M", bound=Model)


def best_of(candidates: Sequence[M], data: DemandData, origin: np.datetime64) -> M:
    """The candidate with the lowest RMSSE over the 28 days that end with the origin; of equals the first."""
    if len(candidates) == 1:
        return candidates[0]
    before = origin - HORIZON_DAYS
    known = data.history(origin)
    actual, scale = known[:, -HORIZON_DAYS:], metrics.naive_scale(data.history(before))
    errors = [metrics.rmsse(actual, model.fit(data, before).predict(data, before), scale) for model in candidates]
    return candidates[int(np.argmin(errors))]
