"""Features know what was known at the end of their day, and nothing younger."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from spark_jobs.demand_panel import Panel
from spark_jobs.forecasting import columns
from spark_jobs.forecasting.panels import load_panel
from tests.dbt_project.features_by_pandas import features_at
from tests.dbt_project.warehouse_build import WarehouseBuild

DAYS, ORIGIN = 500, 430
DATES = np.datetime64("2025-01-01") + np.arange(DAYS)
SELECT = ("stg_ml__panels", "int_panel_series_arrayed", "feat_panel_daily")
KNOWN = (*columns.FROM_ORIGIN, *columns.FROM_WEEKDAY, columns.DEMAND_CLASS, columns.UNITS)


def _units() -> np.ndarray:
    """Four series: every day, seldom, one that begins late, one that ends."""
    random = np.random.default_rng(5)
    week = 1 + np.array([0, 0, 0, 0, 1, 2, 1])[np.arange(DAYS) % 7]
    units = random.poisson(np.outer([3, 0.2, 1.5, 2], week)).astype(float)
    units[2, :300] = np.nan
    units[3, 400:] = 0
    return units


def _features(build: WarehouseBuild, units: np.ndarray) -> pd.DataFrame:
    load_panel(build.client, "walk", Panel(("a", "b", "c", "d"), DATES, units), datetime.now(UTC))
    build.dbt("run", "--select", *SELECT)
    rows = build.client.query_df("select * from features.feat_panel_daily order by product_id, date_key")
    rows["date_key"] = pd.to_datetime(rows["date_key"])
    return rows.set_index(["product_id", "date_key"])


@pytest.fixture(scope="module")
def features(built_once: WarehouseBuild) -> pd.DataFrame:
    """Features of the panel as it is."""
    return _features(built_once, _units())


def test_the_columns_are_those_that_were_agreed(features: pd.DataFrame) -> None:
    """What models read is there."""
    agreed = {*columns.FROM_ORIGIN, *columns.FROM_WEEKDAY, *columns.IN_ADVANCE, *columns.ATTRIBUTES, *columns.HAPPENED}
    assert agreed <= set(features.columns)


@pytest.mark.parametrize(("series", "day"), [("a", 499), ("a", 400), ("b", 430), ("c", 310), ("d", 450), ("a", 8)])
def test_features_agree_with_pandas(features: pd.DataFrame, series: str, day: int) -> None:
    """Each figure that pandas gives for the day, to float's precision."""
    units = pd.DataFrame(_units().T, pd.DatetimeIndex(DATES), ["a", "b", "c", "d"])
    expected = features_at(units, series, units.index[day])
    row = features.loc[series, units.index[day]]
    assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_a_shuffled_future_changes_no_feature(built_once: WarehouseBuild, features: pd.DataFrame) -> None:
    """Days after the origin change places; until the origin every feature is the same to the last bit."""
    units = _units()
    units[:, ORIGIN:] = np.random.default_rng(6).permutation(units[:, ORIGIN:], axis=1)
    other = _features(built_once, units)
    until = pd.Timestamp(DATES[ORIGIN - 1])
    before = features.index.get_level_values("date_key") <= until
    pd.testing.assert_frame_equal(features.loc[before, [*KNOWN]], other.loc[before, [*KNOWN]], check_exact=True)
    assert not features.equals(other)


def test_days_to_come_are_asked_about(features: pd.DataFrame) -> None:
    """28 days of each series follow the last; nothing but what is known in advance stands on them."""
    ahead = features[~features["is_known"].astype(bool)]
    assert len(ahead) == 4 * 28
    assert ahead[[*columns.FROM_ORIGIN, *columns.FROM_WEEKDAY, columns.UNITS]].isna().all(axis=None)
    assert ahead.loc["a", "weekday"].tolist() == [
        (day.astype(object)).isoweekday() for day in DATES[-1] + np.arange(1, 29)
    ]
