"""How time and memory of forecasting grow with the number of series.

python -m bench.ml [SERIES …]

Two years of series made inside the engine (a level, a weekday shape, a season, counts that vary as waiting times do);
their features by dbt; then what `./retail train` and `./retail predict` do. Seconds, peak memory (this process, Spark's
JVM and its workers; the engine's is not in it), and the exponent p of seconds ~ series ** p.
"""

import argparse
import getpass
import math
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench._stack import own_stack
from cli.ml_verbs import PANEL_MODELS
from cli.programs import run_dbt
from contracts.settings import Settings
from contracts.tables import PANELS
from spark_jobs.forecasting.learning_session import learning_session
from spark_jobs.forecasting.memory import PeakMemory
from spark_jobs.forecasting.model_store import ModelStore
from spark_jobs.forecasting.predicting import predict
from spark_jobs.forecasting.releasing import train
from spark_jobs.forecasting.running import Plan
from spark_jobs.forecasting.sources import PANEL_TABLE
from warehouse.client import connect

SIZES = (1_000, 10_000)
DAYS = 730
_FIRST = "2024-01-01"
_SERIES_AT_ONCE = 1_000


@dataclass(frozen=True)
class Taken:
    """Of one size."""

    seconds: float
    peak_mb: float


def main() -> None:
    """Measure each size and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series", nargs="*", type=int, default=SIZES)
    parser.add_argument("--models", default="champion", help="all, champion or names with commas")
    options = parser.parse_args()
    np.seterr(all="ignore")
    found = {series: _measured(series, options.models) for series in sorted(options.series)}
    (few, first), (many, last) = min(found.items()), max(found.items())
    if few < many:
        times = math.log(many / few)
        print(
            f"\nfrom {few:,} to {many:,} series: seconds grow like series ** "
            f"{math.log(last.seconds / first.seconds) / times:.2f}, memory like series ** "
            f"{math.log(last.peak_mb / first.peak_mb) / times:.2f}"
        )


def _measured(series: int, models: str) -> Taken:
    """Train and predict at one size."""
    print(f"\n{series:,} series x {DAYS} days", flush=True)
    with own_stack() as settings:
        source = f"bench_{series}"
        _timed("demand into the warehouse", lambda: _fill(settings, source, series))
        _timed("features", lambda: _features(settings))
        training = _timed("train", lambda: _train(settings, source, models))
        prediction = _timed("predict", lambda: _predict(settings, source))
        return Taken(training.seconds + prediction.seconds, max(training.peak_mb, prediction.peak_mb))


def _fill(settings: Settings, source: str, series: int) -> None:
    client = connect(settings)
    now = datetime.now(UTC)
    for first in range(0, series, _SERIES_AT_ONCE):
        client.command(
            f"""
            INSERT INTO {PANELS} (source, series_id, date_key, units, loaded_at)
            SELECT '{source}', leftPad(toString(number), 6, '0'), addDays(toDate32('{_FIRST}'), day),
                round(
                    exp2(cityHash64('level', number) % 1000 / 200 - 2)
                    * [0.8, 0.8, 0.9, 1, 1.2, 1.4, 0.9][day % 7 + 1] * (1 + 0.3 * sin(day / 58))
                    * -log(1 - cityHash64(number, day) % 1000000 / 1e6)
                ),
                toDateTime64('{now:%F %T}', 3, 'UTC')
            FROM (SELECT number + {first} AS number FROM numbers({min(_SERIES_AT_ONCE, series - first)})) AS numbered
            ARRAY JOIN range({DAYS}) AS day
            """
        )


def _features(settings: Settings) -> None:
    if code := run_dbt(settings, ["run", "--quiet", "--select", *PANEL_MODELS]):
        sys.exit(f"dbt ended with code {code}")


def _train(settings: Settings, source: str, models: str) -> None:
    plan = Plan(source, PANEL_TABLE, None, models, origins=3, rows=60_000, seed=20260101)
    home = settings.home / "ml" / "trainings"
    with learning_session(settings) as spark:
        train(spark, connect(settings), plan, _store(settings), home, getpass.getuser(), "bench", _tell)
    shutil.rmtree(home)


def _predict(settings: Settings, source: str) -> None:
    with learning_session(settings) as spark:
        home = settings.home / "ml" / "predicting"
        predict(spark, connect(settings), source, PANEL_TABLE, _store(settings), home, None, _tell)


def _store(settings: Settings) -> ModelStore:
    return ModelStore(settings.model_store, Path(settings.home, "ml", "fetched"))


def _tell(_: str) -> None:
    """A benchmark prints its own lines."""


def _timed(what: str, work) -> Taken:
    with PeakMemory() as memory:
        started = time.perf_counter()
        work()
        taken = Taken(time.perf_counter() - started, memory.peak_mb())
    print(f"{taken.seconds:9.1f} s {taken.peak_mb:8.0f} MB  {what}", flush=True)
    return taken


if __name__ == "__main__":
    main()
