"""A copy of one source's feature table as Parquet, so that a run learns from the same rows from beginning to end."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from clickhouse_connect.driver.client import Client
from pyspark.sql import DataFrame, SparkSession

from contracts.problems import Problem
from spark_jobs.demand_panel import Panel
from spark_jobs.forecasting.columns import (
    ATTRIBUTES,
    FROM_ORIGIN,
    FROM_WEEKDAY,
    IN_ADVANCE,
    IS_KNOWN,
    IS_OFFERED,
    SERIES,
    UNITS,
)
from spark_jobs.forecasting.examples import examples, questions
from spark_jobs.forecasting.model import HORIZON_WEEKS

_TRAINING_DAYS = 728
_CHUNK = 1 << 20
_DONE = "_SUCCESS"
_COPIED = (UNITS, IS_OFFERED, IS_KNOWN, *FROM_ORIGIN, *FROM_WEEKDAY, *IN_ADVANCE, *ATTRIBUTES)
_ANY_DAY = ("1900-01-01", "2299-12-31")


class Series(NamedTuple):
    """A series as the warehouse names it."""

    store_id: str
    product_id: str
    category: str


def take_snapshot(
    client: Client, table: str, source: str, file: Path, days: tuple[np.datetime64, np.datetime64] | None = None
) -> None:
    """Copy what learners may read, or only the days from one to another; a copy that is there already stays."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    first, last = (str(day) for day in days or _ANY_DAY)
    chosen = {"source": source, "first": first, "last": last}
    with part.open("wb") as out, client.raw_stream(_copied(table), chosen, fmt="Parquet") as stream:
        while chunk := stream.read(_CHUNK):
            out.write(chunk)
    part.rename(file)


def data_state(client: Client, table: str, source: str) -> str:
    """A word for everything that a snapshot would copy: the same rows, the same word."""
    columns = ", ".join(f"ifNull(toFloat64({name}), -1e300)" for name in _COPIED)  # a hash over NULL is NULL
    query = f"SELECT count(), groupBitXor(cityHash64(series, day, {columns})) FROM ({_copied(table)})"  # noqa: S608
    chosen = {"source": source, "first": _ANY_DAY[0], "last": _ANY_DAY[1]}
    return "-".join(str(part) for part in client.query(query, chosen).result_rows[0])


def read_series(client: Client, table: str, source: str) -> list[Series]:
    """The series in the order of a snapshot. Raises Problem if the source has no rows."""
    query = f"""
        SELECT toString(store_id), toString(product_id), toString(min(category)) FROM {table}
        WHERE source = {{source:String}} GROUP BY store_id, product_id ORDER BY store_id, product_id
    """  # noqa: S608 - names of our own
    found = [Series(*row) for row in client.query(query, {"source": source}).result_rows]
    if not found:
        raise Problem(f"{table} has no rows of {source!r}.", "Build it: ./retail dbt build --selector before_ml.")
    return found


def read_demand(client: Client, table: str, source: str) -> Panel:
    """Units of every series and day that is over, NaN where the product was not offered; ids are `store product`.

    Raises Problem if the source has no rows.
    """
    series = read_series(client, table, source)
    days = client.query_np(
        f"""
        SELECT series, dateDiff('day', toDate32('1970-01-01'), date_key) AS day, toFloat64({UNITS}) AS units
        FROM {table} INNER JOIN ({_numbered(table)}) AS numbered USING (store_id, product_id)
        WHERE source = {{source:String}} AND {IS_KNOWN} AND {IS_OFFERED}
        """,  # noqa: S608 - names of our own
        {"source": source},
    )
    ids = [f"{one.store_id} {one.product_id}".strip() for one in series]
    first, last = int(days["day"].min()), int(days["day"].max())
    units = np.full((len(ids), last - first + 1), np.nan)
    units[days["series"], days["day"].astype(int) - first] = days["units"]
    return Panel(tuple(ids), np.datetime64(0, "D") + np.arange(first, last + 1), units)


@dataclass(frozen=True)
class SnapshotData:
    """What models may ask for, from a snapshot. Joined rows are kept in its folder: a run that goes on finds them."""

    spark: Callable[[], SparkSession]
    panel: Panel  # in the order of the snapshot's series
    folder: Path
    rows_per_week: int  # of examples, at most, for each horizon week
    seed: int

    @property
    def ids(self) -> tuple[str, ...]:
        """One word per series."""
        return self.panel.ids

    def history(self, origin: np.datetime64) -> np.ndarray:
        """(series, days) units until the origin."""
        return self.panel.until(origin).units

    def examples(self, origin: np.datetime64) -> DataFrame:
        """Rows to learn from, drawn from the two years before the origin."""
        day = _day(origin)
        first = day - _TRAINING_DAYS + 1
        available = int(np.isfinite(self.history(origin)[:, -_TRAINING_DAYS:]).sum())
        share = min(1.0, self.rows_per_week / max(available, 1))
        return self._kept(f"examples-{origin}", lambda rows: examples(rows, first, day, share, self.seed))

    def questions(self, origin: np.datetime64) -> DataFrame:
        """Rows to answer."""
        return self._kept(f"questions-{origin}", lambda rows: questions(rows, _day(origin)))

    def _kept(self, name: str, make) -> DataFrame:
        folder = self.folder / f"{name}.parquet"
        if not (folder / _DONE).exists():
            features = self.spark().read.parquet(str(self.folder / "features.parquet"))
            make(features).repartition(HORIZON_WEEKS, "week").write.mode("overwrite").parquet(str(folder))
        return self.spark().read.parquet(str(folder))


def _day(origin: np.datetime64) -> int:
    return int(origin.astype("datetime64[D]").astype(int))


def _copied(table: str) -> str:
    columns = ", ".join(_COPIED)
    return f"""
        SELECT series, toInt32(dateDiff('day', toDate32('1970-01-01'), date_key)) AS day, {columns}
        FROM {table} INNER JOIN ({_numbered(table)}) AS numbered USING (store_id, product_id)
        WHERE source = {{source:String}} AND date_key BETWEEN toDate32({{first:String}}) AND toDate32({{last:String}})
    """  # noqa: S608 - names of our own


def _numbered(table: str) -> str:
    return f"""
        SELECT store_id, product_id, toInt32(row_number() OVER (ORDER BY store_id, product_id) - 1) AS series
        FROM ({_ids(table)})
    """  # noqa: S608 - names of our own


def _ids(table: str) -> str:
    _, *of_series = SERIES
    names = ", ".join(of_series)
    return f"SELECT DISTINCT {names} FROM {table} WHERE source = {{source:String}} ORDER BY {names}"  # noqa: S608
