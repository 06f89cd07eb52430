"""Learners learn, come back from their files as they were, and say the same twice."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from spark_jobs.forecasting.boosted import BoostedModel
from spark_jobs.forecasting.spark_trees import GRADIENT_BOOSTED_TREES, RANDOM_FOREST
from tests.spark_jobs.forecasting.feature_data import TableData

ORIGIN = np.datetime64(111, "D")
SMALL = {"numTrees": 5, "maxDepth": 3, "minInstancesPerNode": 5, "subsamplingRate": 1.0}
MODELS = (
    replace(BoostedModel(), parameters=BoostedModel().parameters | {"rounds": 60, "eta": 0.2, "min_child_weight": 1}),
    replace(RANDOM_FOREST, parameters=SMALL, choices=()),
    replace(GRADIENT_BOOSTED_TREES, parameters={"maxIter": 3, "maxDepth": 3}, choices=()),
)


@pytest.fixture(scope="module")
def data(spark: SparkSession) -> TableData:
    """Thirty series that rise: their mean is too low for the days to come."""
    random = np.random.default_rng(2)
    rate = 1 + np.arange(140) / 20
    return TableData(spark, random.poisson(np.tile(rate, (30, 1))).astype(float))


@pytest.mark.parametrize(
    "model", [MODELS[0], *(pytest.param(model, marks=pytest.mark.long) for model in MODELS[1:])], ids=lambda m: m.name
)
def test_a_learner_is_read_back_as_it_was(model, data: TableData, tmp_path: Path) -> None:
    """Forecasts are finite and not negative, the same from the saved files, and the same when learnt again."""
    fitted = model.fit(data, ORIGIN)
    said = fitted.predict(data, ORIGIN)
    assert said.shape == (30, 28)
    assert np.isfinite(said).all()
    assert (said >= 0).all()
    fitted.save(tmp_path / "model")
    np.testing.assert_allclose(model.load(tmp_path / "model").predict(data, ORIGIN), said, rtol=1e-6)
    np.testing.assert_array_equal(model.fit(data, ORIGIN).predict(data, ORIGIN), said)
    assert said.mean() > 1.2 * data.history(ORIGIN).mean()
    assert sum(fitted.importance().values()) == pytest.approx(1.0)
