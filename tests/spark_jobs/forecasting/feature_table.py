"""A feature table in a real ClickHouse, for series made up by a test."""

from collections.abc import Sequence

import numpy as np
from clickhouse_connect.driver.client import Client

from spark_jobs.forecasting.columns import IS_OFFERED, UNITS
from spark_jobs.forecasting.snapshot import Series
from tests.spark_jobs.forecasting.feature_rows import feature_rows

DATABASE = "features"


def write_features(
    client: Client, table: str, source: str, series: Sequence[Series], first: np.datetime64, units: np.ndarray
) -> None:
    """Put rows of (series, days) and the 28 days after them in the place of the table; NaN is a day not on offer."""
    rows = feature_rows(np.nan_to_num(units))
    rows[UNITS] = np.pad(units, ((0, 0), (0, 28)), constant_values=np.nan).ravel()
    rows[IS_OFFERED] = rows[UNITS].notna() | ~rows["is_known"]
    rows["decayed_7"] = rows["decayed_28"] = np.repeat(np.nanmean(units, axis=1), units.shape[1] + 28)
    rows["weekday_index"] = 1.0
    rows["date_key"] = first + rows["day"].to_numpy()
    rows["source"] = source
    for name in Series._fields:
        rows[name] = [getattr(series[one], name) for one in rows["series"]]
    rows = rows.drop(columns=["series", "day"])
    columns = ", ".join(f"{name} {_kind(name, rows[name].dtype.kind)}" for name in rows)
    client.command(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
    client.command(f"CREATE OR REPLACE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY (source, store_id)")
    client.insert_df(table, rows)


def _kind(name: str, kind: str) -> str:
    if name == "date_key":
        return "Date32"
    return {"f": "Nullable(Float64)" if name == UNITS else "Float64", "b": "Bool"}.get(kind, "String")
