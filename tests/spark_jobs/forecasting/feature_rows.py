"""A feature table small enough to look through."""

import numpy as np
import pandas as pd

from spark_jobs.forecasting.columns import (
    ATTRIBUTES,
    FROM_ORIGIN,
    FROM_WEEKDAY,
    IN_ADVANCE,
    IS_KNOWN,
    IS_OFFERED,
    UNITS,
)


def feature_rows(units: np.ndarray) -> pd.DataFrame:
    """Rows as a snapshot has them, of (series, days) and 28 days to come.

    `days_offered`, `weekday_index` and `weekday` say the number of the day they stand on (from 100 on, so that every
    series is old enough); every other feature is 1.
    """
    count, days = units.shape
    rows = pd.DataFrame(
        {
            "series": np.repeat(np.arange(count), days + 28),
            "day": np.tile(np.arange(days + 28), count),
            UNITS: np.pad(units, ((0, 0), (0, 28)), constant_values=np.nan).ravel(),
        }
    )
    rows[IS_KNOWN] = rows["day"] < days
    rows[IS_OFFERED] = True
    for name in (*FROM_ORIGIN, *FROM_WEEKDAY, *IN_ADVANCE, *ATTRIBUTES):
        rows[name] = 1.0
    for name in ("days_offered", "weekday_index", "weekday"):
        rows[name] = rows["day"] + 100.0
    return rows.astype({"series": "int32", "day": "int32"})
