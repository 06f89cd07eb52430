"""Spark ML's random forest and gradient-boosted trees, one model per horizon week.

Spark's trees lower plain variance. A row's label is its demand as a multiple of the usual units of the day, its weight
the square of (usual units / the series' naive error): the weighted variance is then the squared error that RMSSE means.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from pyspark.ml import Pipeline, PipelineModel, Transformer
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import GBTRegressor, RandomForestRegressor
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own convention

from spark_jobs.forecasting import metrics
from spark_jobs.forecasting.columns import STATISTICAL, UNITS
from spark_jobs.forecasting.examples import DAY, FEATURES, SERIES
from spark_jobs.forecasting.model import HORIZON_WEEKS, DemandData, Kind, checked
from spark_jobs.forecasting.tuning import best_of
from spark_jobs.forecasting.weeks import placed

_MEMBERS = [name for name in FEATURES if name != STATISTICAL]
_LABEL, _WEIGHT, _VECTOR, _FACTOR = "label", "weight", "features", "prediction"
_MOST_TIMES = 20.0  # a label above it says more about the usual units than about the day
_SEED = 20260101
_TUNING_WINDOWS = 2


@dataclass(frozen=True)
class SparkTreesModel:
    """`regressor` is the name of a class of Spark ML."""

    name: str
    regressor: str
    parameters: dict[str, Any]
    choices: tuple[dict[str, Any], ...] = field(default=())
    kind: Kind = "learned"

    def tuned(self, data: DemandData, origin: np.datetime64) -> Self:
        """With the choice that forecasts the last two windows before the origin best."""
        if not self.choices:
            return self
        candidates = [replace(self, parameters=self.parameters | choice) for choice in self.choices]
        return best_of(candidates, data, origin, _TUNING_WINDOWS)

    def fit(self, data: DemandData, origin: np.datetime64) -> "FittedSparkTrees":
        """Learn from what is known at the origin, a week at a time."""
        rows = _labelled(data.examples(origin), data, origin)
        pipeline = Pipeline(stages=[_assembler(), self._estimator()])
        weeks = range(1, HORIZON_WEEKS + 1)
        return FittedSparkTrees({week: pipeline.fit(rows.where(F.col("week") == week)) for week in weeks})

    def load(self, folder: Path) -> "FittedSparkTrees":
        """Read back Spark's own format."""
        weeks = range(1, HORIZON_WEEKS + 1)
        return FittedSparkTrees({week: PipelineModel.load(str(folder / f"week-{week}")) for week in weeks})

    def _estimator(self) -> Any:
        kinds = {"RandomForestRegressor": RandomForestRegressor, "GBTRegressor": GBTRegressor}
        columns = {"featuresCol": _VECTOR, "labelCol": _LABEL, "weightCol": _WEIGHT, "predictionCol": _FACTOR}
        return kinds[self.regressor](**columns, seed=_SEED, **self.parameters)


@dataclass(frozen=True)
class FittedSparkTrees:
    """Pipelines by horizon week."""

    pipelines: dict[int, Transformer]

    def predict(self, data: DemandData, origin: np.datetime64) -> np.ndarray:
        """(series, 28) units."""
        found = self._answered(data.questions(origin), SERIES, DAY).toPandas()
        units = found["units"].to_numpy()
        return checked(placed(data, origin, found[SERIES].to_numpy(), found[DAY].to_numpy(), units))

    def answer(self, rows: pd.DataFrame) -> np.ndarray:
        """Units for rows of questions."""
        numbered = rows[["week", *_MEMBERS, STATISTICAL]].assign(row=np.arange(len(rows)))
        found = self._answered(SparkSession.active().createDataFrame(numbered), "row").toPandas()
        return found.sort_values("row")["units"].to_numpy()

    def _answered(self, asked: DataFrame, *keys: str) -> DataFrame:
        """Columns `keys` and units."""
        asked = asked.fillna(0.0, list(_MEMBERS))
        units = (F.col(_FACTOR) * F.col(STATISTICAL)).alias("units")
        return _united(
            [
                pipeline.transform(asked.where(F.col("week") == week)).select(*keys, units)
                for week, pipeline in self.pipelines.items()
            ]
        )

    def save(self, folder: Path) -> None:
        """Spark's own format, a folder per week."""
        for week, pipeline in self.pipelines.items():
            pipeline.write().overwrite().save(str(folder / f"week-{week}"))

    def importance(self) -> dict[str, float]:
        """Mean over weeks of the share of each feature in the variance that splits removed."""
        shares = np.mean([p.stages[-1].featureImportances.toArray() for p in self.pipelines.values()], axis=0)
        return dict(zip(_MEMBERS, shares.tolist(), strict=True))


def _labelled(rows: DataFrame, data: DemandData, origin: np.datetime64) -> DataFrame:
    scale = metrics.naive_scale(data.history(origin))
    known = [(int(one), float(value)) for one, value in enumerate(scale) if np.isfinite(value)]
    scales = rows.sparkSession.createDataFrame(known, f"{SERIES} int, scale double")
    usual = F.col(STATISTICAL)
    return (
        rows.fillna(0.0, list(_MEMBERS))
        .join(F.broadcast(scales), SERIES, "inner")
        .withColumn(_LABEL, F.least(F.col(UNITS) / usual, F.lit(_MOST_TIMES)))
        .withColumn(_WEIGHT, (usual / F.col("scale")) ** 2)
    )


def _assembler() -> VectorAssembler:
    return VectorAssembler(inputCols=list(_MEMBERS), outputCol=_VECTOR)


def _united(frames: list[DataFrame]) -> DataFrame:
    first, *others = frames
    for other in others:
        first = first.unionByName(other)
    return first


RANDOM_FOREST = SparkTreesModel(
    "random_forest",
    "RandomForestRegressor",
    {"numTrees": 40, "maxDepth": 7, "minInstancesPerNode": 50, "subsamplingRate": 0.5, "maxBins": 32},
    ({"maxDepth": 5}, {"maxDepth": 7}, {"maxDepth": 9}),
)
GRADIENT_BOOSTED_TREES = SparkTreesModel(
    "gradient_boosted_trees",
    "GBTRegressor",
    {"maxIter": 20, "maxDepth": 4, "stepSize": 0.1, "minInstancesPerNode": 50},
    ({"maxDepth": 3, "maxIter": 30}, {"maxDepth": 4}, {"maxDepth": 5}),
)
