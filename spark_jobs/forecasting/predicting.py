"""The released models' word on the next 28 days, held to the gate and published."""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from clickhouse_connect.driver.client import Client

from contracts.problems import NotYet, Problem
from contracts.tables import PREDICTIONS
from spark_jobs.demand_panel import Panel
from spark_jobs.forecasting.gate import faults
from spark_jobs.forecasting.model import HORIZON_DAYS
from spark_jobs.forecasting.model_store import ModelStore
from spark_jobs.forecasting.release import Release, load_model, read_release
from spark_jobs.forecasting.snapshot import Series, SnapshotData, read_demand, read_series, take_snapshot
from spark_jobs.forecasting.speaking import Said, keys_needed, learnt_at, speak
from spark_jobs.late_session import LateSession
from warehouse.releases import release_log

_LEAST_DAYS, _WEEK, _OLD_DAYS = 3 * HORIZON_DAYS, 7, 35
_ROWS = 60_000  # examples a week, where a model has to be learnt anew
Tell = Callable[[str], None]


def predict(
    spark: LateSession,
    client: Client,
    source: str,
    table: str,
    store: ModelStore,
    home: Path,
    as_of: np.datetime64 | None,
    tell: Tell,
) -> str:
    """Forecast from the last day known, or as it would have been done on a day before; gives a line on what was said.

    Raises Problem, and publishes nothing, where nothing is released or the gate stays shut.
    """
    release = served(client, source, store)
    series, panel = read_series(client, table, source), read_demand(client, table, source)
    origin = _origin(panel, as_of)
    folder = home / f"{source}-{origin}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        said, run_id = _said(spark, client, release, store, panel, series, table, origin, folder, tell)
        publish(client, said, series, source, run_id, datetime.now(UTC))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _summary(said, release, panel)


def served(client: Client, source: str, store: ModelStore) -> Release:
    """The release that serves. Raises Problem if nothing is released, or its artefacts are gone."""
    serving = release_log(client, source).serving
    if not serving:
        raise NotYet(f"No model of {source} is released.", "Train and release one: ./retail train.")
    return read_release(store.fetch(serving))


def publish(client: Client, said: Said, series: Sequence[Series], source: str, run_id: str, now: datetime) -> None:
    """Put forecasts that pass the gate in the place of those made for the same day. Raises Problem if they do not."""
    forecast = said.forecast
    frame = forecast.frame()
    if wrong := faults(frame, forecast.ids, forecast.origin, said.largest, said.units_before):
        raise Problem(
            f"Nothing was published, the last good forecasts stay: {' '.join(wrong)}",
            "Look at features.feat_product_store_daily, or roll back: ./retail release rollback.",
        )
    client.insert_arrow(PREDICTIONS, _rows(said, series, source, run_id, now))
    client.command(
        f"ALTER TABLE {PREDICTIONS} DELETE WHERE source = {{source:String}} AND made_date = toDate32({{made:String}}) "
        "AND made_at < parseDateTime64BestEffort({now:String}, 3, 'UTC')",
        {"source": source, "made": str(forecast.origin), "now": f"{now.astimezone(UTC):%F %T.%f}"[:-3]},
        settings={"mutations_sync": 1},
    )


def _origin(panel: Panel, as_of: np.datetime64 | None) -> np.datetime64:
    first, last = panel.dates[0] + _LEAST_DAYS - 1, panel.dates[-1]
    if last < first:
        raise NotYet(f"There are {len(panel.dates)} days of history.", f"Forecasts need {_LEAST_DAYS}.")
    if as_of is not None and not first <= as_of <= last:
        raise Problem(f"{as_of} is no day to forecast from.", f"Choose one from {first} to {last}.")
    return last if as_of is None else as_of


def _said(
    spark: LateSession,
    client: Client,
    release: Release,
    store: ModelStore,
    panel: Panel,
    series: Sequence[Series],
    table: str,
    origin: np.datetime64,
    folder: Path,
    tell: Tell,
) -> tuple[Said, str]:
    """What is said, and the name of the run; models that know more than the origin are learnt anew."""
    is_past = origin < np.datetime64(release.trained_to)
    days = None if is_past else (origin - _WEEK, origin + HORIZON_DAYS)
    take_snapshot(client, table, release.source, folder / "features.parquet", days)
    data = SnapshotData(spark, panel, folder, _ROWS, release.seed)
    place = store.fetch(release.release_id)
    needed = keys_needed(release, data.history(origin))
    if is_past:
        learnt = learnt_at({key: release.models[key].model() for key in needed}, data, origin, tell)
    else:
        learnt = {key: load_model(place, release, key) for key in needed}
    run_id = f"{release.release_id} {origin}" + (" learnt anew" if is_past else "")
    return speak(release, learnt, data, origin, series), run_id


def _rows(said: Said, series: Sequence[Series], source: str, run_id: str, now: datetime) -> pa.Table:
    """One row per series and day, in the columns of `ml.predictions`."""
    forecast = said.forecast
    count = len(forecast.ids)
    of_series = pa.array(np.repeat(np.arange(count), HORIZON_DAYS))
    alike = pa.array(np.zeros(count * HORIZON_DAYS, np.int64))
    days = np.tile(np.arange(1, HORIZON_DAYS + 1), count)
    target = (forecast.origin + days).astype("datetime64[D]")
    made_at = pa.array([now], pa.timestamp("us", "UTC")).cast(pa.timestamp("ms", "UTC"), safe=False)
    columns = {
        "run_id": pa.array([run_id]).take(alike),
        "source": pa.array([source]).take(alike),
        "store_id": pa.array([series[row].store_id for row in said.rows]).take(of_series),
        "product_id": pa.array([series[row].product_id for row in said.rows]).take(of_series),
        "model": pa.array(said.models.tolist()).take(of_series),
        "demand_class": pa.array(said.classes.tolist()).take(of_series),
        "made_date": pa.array(np.repeat(forecast.origin, len(target)).astype("datetime64[D]"), pa.date32()),
        "target_date": pa.array(target, pa.date32()),
        "horizon_days": pa.array(days.astype(np.int32)),
        "predicted_units": pa.array(forecast.units.ravel()),
        "lower_units": pa.array(forecast.lower.ravel()),
        "upper_units": pa.array(forecast.upper.ravel()),
        "is_champion": pa.array([True]).take(alike),
        "made_at": made_at.take(alike),
    }
    return pa.table(columns)


def _summary(said: Said, release: Release, panel: Panel) -> str:
    counts = Counter(said.models.tolist())
    who = ", ".join(f"{name} {count:,}" for name, count in counts.most_common())
    line = (
        f"{len(said.rows):,} series x {HORIZON_DAYS} days from {said.forecast.origin} by {release.release_id}: "
        f"{said.forecast.units.sum():,.0f} units (the {HORIZON_DAYS} days before: {said.units_before:,.0f}). "
        f"Series by model: {who}."
    )
    age = int((panel.dates[-1] - np.datetime64(release.trained_to)).astype(int))
    return line + (f" It was trained {age} days ago: ./retail train." if age > _OLD_DAYS else "")
