"""Learners learn, come back from their files as they were, and say the same twice."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from spark_jobs.forecasting.boosted import BoostedModel
from spark_jobs.forecasting.columns import STATISTICAL
from spark_jobs.forecasting.combined import MeanModel
from spark_jobs.forecasting.examples import FEATURES
from spark_jobs.forecasting.importance import permutation_importance
from spark_jobs.forecasting.registry import model_key, model_with
from spark_jobs.forecasting.spark_trees import GRADIENT_BOOSTED_TREES, RANDOM_FOREST
from spark_jobs.forecasting.statistical import USUAL_WEEK
from tests.spark_jobs.forecasting.feature_data import TableData

ORIGIN = np.datetime64(111, "D")
HELD = ORIGIN - 28  # days after it are over
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


@pytest.mark.parametrize(
    "model", [MODELS[0], *(pytest.param(model, marks=pytest.mark.long) for model in MODELS[1:])], ids=lambda m: m.name
)
def test_a_learner_answers_rows_as_it_predicts(model, data: TableData) -> None:
    """Rows of questions in any order get the units that `predict` puts at their place, so features can be permuted."""
    fitted = model.fit(data, HELD)
    said = fitted.predict(data, HELD)
    rows = data.questions(HELD).toPandas().sample(frac=1, random_state=3)
    days_ahead = rows["day"].to_numpy() - int(HELD.astype(int)) - 1
    np.testing.assert_allclose(fitted.answer(rows), said[rows["series"].to_numpy(), days_ahead], rtol=1e-6)
    rises = permutation_importance(fitted.answer, data, HELD, seed=4)
    assert set(rises) == {name for name in FEATURES if name != STATISTICAL}
    assert all(np.isfinite(rise) for rise in rises.values())


def test_a_mean_is_read_back_as_it_was(data: TableData, tmp_path: Path) -> None:
    """Half of each of its members, each from a folder of its own; and by name and parameters it is the same model."""
    model = MeanModel((MODELS[0], USUAL_WEEK))
    fitted = model.fit(data, ORIGIN)
    said = fitted.predict(data, ORIGIN)
    members = [member.fit(data, ORIGIN).predict(data, ORIGIN) for member in model.members]
    np.testing.assert_allclose(said, (members[0] + members[1]) / 2)
    fitted.save(tmp_path / "model")
    again = model_with(model.name, json.loads(json.dumps(model.parameters)))
    assert model_key(again) == model_key(model)
    np.testing.assert_allclose(again.load(tmp_path / "model").predict(data, ORIGIN), said, rtol=1e-6)
