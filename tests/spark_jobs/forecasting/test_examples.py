"""Rows to learn from hold nothing that their origin did not know."""

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from spark_jobs.forecasting.columns import UNITS
from spark_jobs.forecasting.examples import FEATURES, examples, questions
from tests.spark_jobs.forecasting.feature_rows import feature_rows

DAYS = 80


@pytest.fixture(scope="module")
def table(spark: SparkSession):
    """Two series of eighty days; units say the day."""
    return spark.createDataFrame(feature_rows(np.tile(np.arange(DAYS, dtype=float), (2, 1))))


@pytest.fixture(scope="module")
def learnt(table) -> pd.DataFrame:
    """Every row until day 59."""
    return examples(table, 0, 59, 1.0, seed=1).toPandas()


def test_levels_are_of_the_origin_and_weekdays_of_the_weekday_before_it(learnt: pd.DataFrame) -> None:
    """Each column says the day it stands on: the origin, the same weekday 7 w days before, the target itself."""
    day = learnt["day"] + 100
    assert (learnt["days_offered"] == day - learnt["horizon"]).all()
    assert (learnt["weekday_index"] == day - 7 * learnt["week"]).all()
    assert (learnt["weekday"] == day).all()
    assert (learnt[UNITS] == learnt["day"]).all()


def test_the_origin_lies_in_its_week(learnt: pd.DataFrame) -> None:
    """Week 2 is asked for 8 to 14 days ahead, every distance occurs, and no target lies after the origin."""
    assert (np.ceil(learnt["horizon"] / 7) == learnt["week"]).all()
    assert set(learnt["horizon"]) == set(range(1, 29))
    assert learnt["day"].max() == 59


def test_a_share_is_drawn_by_seed_alone(table) -> None:
    """About half, the same half each time, another with another seed."""
    keys = ["series", "day", "week"]
    one, again, other = (
        set(map(tuple, examples(table, 0, 59, 0.5, seed=seed).select(keys).toPandas().to_numpy())) for seed in (1, 1, 2)
    )
    assert one == again != other
    assert 0.35 < len(one) / 340 < 0.65  # the first 7 w days of 60 have no weekday before them


def test_each_day_ahead_is_asked_about_once(table) -> None:
    """28 rows per series, with the levels of the origin; the target is not among the columns."""
    asked = questions(table, 59).toPandas()
    assert sorted(asked["day"]) == sorted([*range(60, 88)] * 2)
    assert (asked["days_offered"] == 159).all()
    assert (asked["weekday_index"] == asked["day"] + 100 - 7 * asked["week"]).all()
    assert UNITS not in asked
    assert set(FEATURES) <= set(asked)
