"""What learns the demand of lead time and review learns the demand that really came."""

from collections.abc import Iterator

import numpy as np
import pytest
from pyspark.sql import SparkSession
from support import settings_for

from spark_jobs.session import build_session
from spark_jobs.stock_policies.boosted import QUANTILES, BoostedQuantiles, LearnedAndFormula
from spark_jobs.stock_policies.learned import LearnedDemand
from spark_jobs.stock_policies.replay import Terms
from spark_jobs.stock_policies.rules import SafetyStock


def _steady(series: int = 40, days: int = 420) -> np.ndarray:
    """Poisson demand, of 0.5 to 8 units a day by series."""
    random = np.random.default_rng(11)
    return random.poisson(np.linspace(0.5, 8, series)[:, None], (series, days)).astype(float)


def _covered(units: np.ndarray, levels: np.ndarray, period: int, known: np.ndarray) -> np.ndarray:
    """Share of periods after the evenings that each level would have covered."""
    came = np.stack([units[:, evening : evening + period].sum(axis=1) for evening in known], axis=1)
    return (came[:, :, None] <= levels).mean(axis=(0, 1))


def test_boosted_quantiles_cover_what_they_say() -> None:
    """Of periods that came after all that was learnt, about the named share stayed within each quantile."""
    units, known = _steady(), np.arange(360, 416, 4)
    rule = BoostedQuantiles()
    levels = rule.learn(units[:, :360], Terms(lead_days=4))(units[:, :415], known)
    assert levels.shape == (40, len(known), len(QUANTILES))
    assert (np.diff(levels, axis=2) >= 0).all()
    np.testing.assert_allclose(_covered(units, levels, 4, known), QUANTILES, atol=0.08)


def test_the_same_days_teach_the_same() -> None:
    """Two rules that see the same days give the same levels, to the last digit."""
    units, known = _steady(series=12, days=200), np.array([200])
    one = BoostedQuantiles().learn(units, Terms(lead_days=3))(units, known)
    other = BoostedQuantiles().learn(units, Terms(lead_days=3))(units, known)
    np.testing.assert_array_equal(one, other)


def test_the_mean_of_trees_and_formula_is_their_mean() -> None:
    """At the service level of 0.95 the formula's z is 1.6449."""
    units, known = _steady(series=12, days=200), np.array([200])
    terms, trees = Terms(lead_days=3), BoostedQuantiles()
    formula = SafetyStock(parameters=(1.6448536,)).learn(units, terms)(units, known)
    both = LearnedAndFormula(trees).learn(units, terms)(units, known)
    at = QUANTILES.index(0.95)
    expected = (trees.learn(units, terms)(units, known)[:, :, at] + formula[:, :, 0]) / 2
    np.testing.assert_allclose(both[:, :, at], expected, rtol=1e-6)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session of this module's own."""
    session = build_session("learned", settings_for(tmp_path_factory.mktemp("home")))
    yield session
    session.stop()


@pytest.mark.long
def test_trees_of_spark_cover_what_they_say(spark: SparkSession) -> None:
    """The same claim for Spark ML's trees, whose quantiles are those of their errors."""
    units, known = _steady(), np.arange(360, 416, 4)
    rule = LearnedDemand(spark, iterations=5, parameters=(0.6, 0.8, 0.95))
    levels = rule.learn(units[:, :360], Terms(lead_days=4))(units[:, :415], known)
    np.testing.assert_allclose(_covered(units, levels, 4, known), (0.6, 0.8, 0.95), atol=0.08)
