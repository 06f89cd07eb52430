"""Answers of a learner, put where they belong."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from spark_jobs.forecasting.examples import DAY, SERIES
from spark_jobs.forecasting.model import HORIZON_DAYS, DemandData
from spark_jobs.forecasting.statistical import weekday_mean

_WEEKS = 8


def answers(data: DemandData, origin: np.datetime64, answer: Callable[[pd.DataFrame], np.ndarray]) -> np.ndarray:
    """(series, 28) what `answer` says to the questions of an origin, one number per row."""
    rows = data.questions(origin).toPandas().sort_values([SERIES, DAY], ignore_index=True)
    return placed(data, origin, rows[SERIES].to_numpy(), rows[DAY].to_numpy(), answer(rows))


def placed(
    data: DemandData, origin: np.datetime64, series: np.ndarray, day: np.ndarray, units: np.ndarray
) -> np.ndarray:
    """(series, 28); the weekday mean stands where a series is too young to be asked about."""
    forecast = weekday_mean(data.history(origin), _WEEKS)
    ahead = day - int(origin.astype("datetime64[D]").astype(int)) - 1
    inside = (ahead >= 0) & (ahead < HORIZON_DAYS)
    forecast[series[inside], ahead[inside]] = units[inside]
    return forecast
