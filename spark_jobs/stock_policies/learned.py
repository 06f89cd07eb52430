"""Gradient-boosted trees of Spark ML that learn the demand that really came over lead time and review.

Spark's trees know no quantile loss. One ensemble learns the mean, a second one how far demand was from it; the level
is the mean plus a quantile of the errors, each measured by the distance expected of it (normalised conformal method:
Papadopoulos, Gammerman and Vovk 2008). Which quantile is the parameter, and is chosen by replaying cost: with lost
sales the cheapest is not p ÷ (p + h).
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import GBTRegressionModel, GBTRegressor
from pyspark.sql import DataFrame, SparkSession

from spark_jobs.stock_policies.examples import examples, questions
from spark_jobs.stock_policies.replay import Terms
from spark_jobs.stock_policies.rules import Levels

SEED = 20260101
GROUPS = 5  # of rows by what is expected: the fewer units, the less are errors spread like a bell
_MOST_TIMES = 20.0  # a ratio above it says more about the usual units than about demand
_LEAST_DISTANCE = 0.05
_VECTOR, _LABEL, _WEIGHT = "features", "label", "weight"


@dataclass
class LearnedDemand:
    """The rule; one model per length of the period. It remembers what it has learnt from the same days."""

    spark: SparkSession
    name: str = "gradient-boosted trees"
    parameters: tuple[float, ...] = tuple(np.arange(0.5, 0.99, 0.01).round(2).tolist())
    untuned: float = 0.95
    iterations: int = 30
    depth: int = 4
    _learnt: dict[tuple[int, int], "Distribution"] = field(default_factory=dict)

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """Quantiles of demand, by the trees of each length of the period."""
        periods = np.broadcast_to(terms.protection_days, len(units))
        models = {int(period): self._distribution(units, int(period)) for period in np.unique(periods)}

        def levels(units: np.ndarray, known: np.ndarray) -> np.ndarray:
            found = np.empty((len(units), len(known), len(self.parameters)))
            for period, model in models.items():
                found[periods == period] = model.levels(units[periods == period], known)
            return found

        return levels

    def _distribution(self, units: np.ndarray, period: int) -> "Distribution":
        key = (units.shape[1], period)
        if key not in self._learnt:
            self._learnt[key] = self._learn(units, period)
        return self._learnt[key]

    def _learn(self, units: np.ndarray, period: int) -> "Distribution":
        learnt = examples(units, period)
        ratio = np.minimum(learnt.ratio, _MOST_TIMES)
        rows = _frame(self.spark, learnt.rows, ratio, learnt.usual)
        mean_trees = self._trees().fit(rows)
        mean = _answers(mean_trees, rows)
        distance_trees = self._trees().fit(_frame(self.spark, learnt.rows, np.abs(ratio - mean), learnt.usual))
        distance = np.maximum(_answers(distance_trees, rows), _LEAST_DISTANCE)
        expected = mean * learnt.usual
        edges = np.quantile(expected, np.linspace(0, 1, GROUPS + 1)[1:-1])
        errors, group = (learnt.ratio - mean) / distance, np.digitize(expected, edges)
        shapes = np.array([np.quantile(errors[group == one], self.parameters) for one in range(GROUPS)])
        return Distribution(self.spark, period, mean_trees, distance_trees, edges, shapes)

    def _trees(self) -> GBTRegressor:
        columns = {"featuresCol": _VECTOR, "labelCol": _LABEL, "weightCol": _WEIGHT}
        shape = {"maxIter": self.iterations, "maxDepth": self.depth, "stepSize": 0.15, "minInstancesPerNode": 50}
        return GBTRegressor(**columns, **shape, maxBins=32, seed=SEED)


@dataclass(frozen=True)
class Distribution:
    """Demand of a period: its mean, how far it is from it, and quantiles of what is left, by group of rows."""

    spark: SparkSession
    period: int
    mean_trees: GBTRegressionModel
    distance_trees: GBTRegressionModel
    edges: np.ndarray
    shapes: np.ndarray  # groups × parameters

    def levels(self, units: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Series × evenings × parameters."""
        _, rows, usual = questions(units, known, self.period)
        frame = _frame(self.spark, rows.reshape(-1, rows.shape[2]), np.zeros(usual.size), usual.ravel())
        mean = _answers(self.mean_trees, frame)
        distance = np.maximum(_answers(self.distance_trees, frame), _LEAST_DISTANCE)
        shape = self.shapes[np.digitize(mean * usual.ravel(), self.edges)]
        found = np.maximum((mean[:, None] + shape * distance[:, None]) * usual.ravel()[:, None], 0)
        return found.reshape(*usual.shape, -1)


def _frame(spark: SparkSession, rows: np.ndarray, label: np.ndarray, weight: np.ndarray) -> DataFrame:
    names = [f"f{number}" for number in range(rows.shape[1])]
    table = pd.DataFrame(rows, columns=names).assign(label=label, weight=weight, row=np.arange(len(rows)))
    assembler = VectorAssembler(inputCols=names, outputCol=_VECTOR)
    frame = spark.createDataFrame(table)
    return assembler.transform(frame).select("row", _VECTOR, _LABEL, _WEIGHT).cache()


def _answers(model: GBTRegressionModel, frame: DataFrame) -> np.ndarray:
    answers = model.transform(frame).select("row", "prediction").toPandas().sort_values("row")
    return answers["prediction"].to_numpy()
