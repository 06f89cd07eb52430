"""A copy of one source's feature table as Parquet, so that a run learns from the same rows from beginning to end."""

from dataclasses import dataclass
from pathlib import Path

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


def take_snapshot(client: Client, table: str, source: str, file: Path) -> None:
    """Copy what learners may read; a copy that is there already stays. Raises Problem if the source has no rows."""
    if file.exists():
        return
    if not client.query(_ids(table), {"source": source}).row_count:
        raise Problem(f"{table} has no rows of {source!r}.", "Build it: ./retail dbt build --selector before_ml.")
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    with part.open("wb") as out, client.raw_stream(_copied(table), {"source": source}, fmt="Parquet") as stream:
        while chunk := stream.read(_CHUNK):
            out.write(chunk)
    part.rename(file)


def read_demand(client: Client, table: str, source: str) -> Panel:
    """Units of every series and day that is over, NaN where the product was not offered; ids are `store product`."""
    days = client.query_np(
        f"""
        SELECT series, dateDiff('day', toDate32('1970-01-01'), date_key) AS day, toFloat64({UNITS}) AS units
        FROM {table} INNER JOIN ({_numbered(table)}) AS numbered USING (store_id, product_id)
        WHERE source = {{source:String}} AND {IS_KNOWN} AND {IS_OFFERED}
        """,  # noqa: S608 - names of our own
        {"source": source},
    )
    ids = [" ".join(row).strip() for row in client.query(_ids(table), {"source": source}).result_rows]
    first, last = int(days["day"].min()), int(days["day"].max())
    units = np.full((len(ids), last - first + 1), np.nan)
    units[days["series"], days["day"].astype(int) - first] = days["units"]
    return Panel(tuple(ids), np.datetime64(0, "D") + np.arange(first, last + 1), units)


@dataclass(frozen=True)
class SnapshotData:
    """What models may ask for, from a snapshot. Joined rows are kept in its folder: a run that goes on finds them."""

    spark: SparkSession
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
            features = self.spark.read.parquet(str(self.folder / "features.parquet"))
            make(features).repartition(HORIZON_WEEKS, "week").write.mode("overwrite").parquet(str(folder))
        return self.spark.read.parquet(str(folder))


def _day(origin: np.datetime64) -> int:
    return int(origin.astype("datetime64[D]").astype(int))


def _copied(table: str) -> str:
    columns = ", ".join((UNITS, IS_OFFERED, IS_KNOWN, *FROM_ORIGIN, *FROM_WEEKDAY, *IN_ADVANCE, *ATTRIBUTES))
    return f"""
        SELECT series, toInt32(dateDiff('day', toDate32('1970-01-01'), date_key)) AS day, {columns}
        FROM {table} INNER JOIN ({_numbered(table)}) AS numbered USING (store_id, product_id)
        WHERE source = {{source:String}}
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
