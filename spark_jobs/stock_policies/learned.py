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

SEED = 20260101
GROUPS = 5  # of rows by what is expected: the fewer units, the less are errors spread like a bell
_MOST_TIMES = 20.0  # a ratio above it says more about the usual units than about demand
_LEAST_DISTANCE = 0.05
_VECTOR, _LABEL, _WEIGHT = "features", "label", "weight"


@dataclass
class LearnedDemand:
    """The rule; it learns anew at each origin and remembers what it said there."""

    spark: SparkSession
    name: str = "gradient-boosted trees"
    parameters: tuple[float, ...] = tuple(np.arange(0.5, 1.0, 0.01).round(2).tolist())
    untuned: float = 0.95
    iterations: int = 40
    depth: int = 4
    _said: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)

    def levels(self, units: np.ndarray, terms: Terms) -> np.ndarray:
        """Quantiles of demand, series × parameters; one model per length of the period."""
        periods = np.broadcast_to(terms.protection_days, len(units))
        found = np.empty((len(units), len(self.parameters)))
        for period in np.unique(periods):
            key = (units.shape[1], int(period))
            if key not in self._said:
                self._said[key] = self._learn(units, int(period))
            found[periods == period] = self._said[key][periods == period]
        return found

    def _learn(self, units: np.ndarray, period: int) -> np.ndarray:
        learnt = examples(units, period)
        frame = self._frame(learnt.rows, np.minimum(learnt.ratio, _MOST_TIMES), learnt.usual)
        mean_model = self._trees().fit(frame)
        mean = _answers(mean_model, frame)
        far = self._frame(learnt.rows, np.abs(np.minimum(learnt.ratio, _MOST_TIMES) - mean), learnt.usual)
        distance_model = self._trees().fit(far)
        distance = np.maximum(_answers(distance_model, far), _LEAST_DISTANCE)
        errors = (learnt.ratio - mean) / distance
        _, rows, usual = questions(units, period)
        asked = self._frame(rows, np.zeros(len(rows)), usual)
        says, apart = _answers(mean_model, asked), np.maximum(_answers(distance_model, asked), _LEAST_DISTANCE)
        shape = _quantiles(errors, mean * learnt.usual, says * usual, self.parameters)
        return np.maximum((says[:, None] + shape * apart[:, None]) * usual[:, None], 0)

    def _frame(self, rows: np.ndarray, label: np.ndarray, weight: np.ndarray) -> DataFrame:
        names = [f"f{number}" for number in range(rows.shape[1])]
        table = pd.DataFrame(rows, columns=names).assign(label=label, weight=weight, row=np.arange(len(rows)))
        assembler = VectorAssembler(inputCols=names, outputCol=_VECTOR)
        frame = self.spark.createDataFrame(table)
        return assembler.transform(frame).select("row", _VECTOR, _LABEL, _WEIGHT).cache()

    def _trees(self) -> GBTRegressor:
        columns = {"featuresCol": _VECTOR, "labelCol": _LABEL, "weightCol": _WEIGHT}
        shape = {"maxIter": self.iterations, "maxDepth": self.depth, "stepSize": 0.1, "minInstancesPerNode": 50}
        return GBTRegressor(**columns, **shape, maxBins=32, seed=SEED)


def _answers(model: GBTRegressionModel, frame: DataFrame) -> np.ndarray:
    answers = model.transform(frame).select("row", "prediction").toPandas().sort_values("row")
    return answers["prediction"].to_numpy()


def _quantiles(errors: np.ndarray, seen: np.ndarray, asked: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """Series × shares: quantiles of the errors of rows whose expected units are alike."""
    edges = np.quantile(seen, np.linspace(0, 1, GROUPS + 1)[1:-1])
    of_seen, of_asked = np.digitize(seen, edges), np.digitize(asked, edges)
    by_group = np.array([np.quantile(errors[of_seen == group], shares) for group in range(GROUPS)])
    return by_group[of_asked]
