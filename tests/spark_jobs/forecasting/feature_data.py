"""What models ask for, from a feature table in memory."""

import numpy as np
from pyspark.sql import DataFrame, SparkSession

from spark_jobs.forecasting.examples import examples, questions
from tests.spark_jobs.forecasting.feature_rows import feature_rows


class TableData:
    """Series of (series, days) that begin in 1970."""

    def __init__(self, spark: SparkSession, units: np.ndarray) -> None:
        self.units = units
        self.ids = tuple(f"s{one}" for one in range(len(units)))
        rows = feature_rows(units)
        rows["weekday_index"] = 1.0
        for name in ("decayed_7", "decayed_28"):
            rows[name] = np.repeat(np.nanmean(units, axis=1), units.shape[1] + 28)
        self._table = spark.createDataFrame(rows).cache()

    def history(self, origin: np.datetime64) -> np.ndarray:
        """Units until the origin."""
        return self.units[:, : int(origin.astype("datetime64[D]").astype(int)) + 1]

    def examples(self, origin: np.datetime64) -> DataFrame:
        """All rows until the origin."""
        return examples(self._table, 0, int(origin.astype("datetime64[D]").astype(int)), 1.0, seed=1)

    def questions(self, origin: np.datetime64) -> DataFrame:
        """The 28 days after it."""
        return questions(self._table, int(origin.astype("datetime64[D]").astype(int)))
