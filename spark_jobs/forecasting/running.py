"""A backtest from the feature table to the rows in `ml.ml_model_results`."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from clickhouse_connect.driver.client import Client
from pyspark.sql import SparkSession

from contracts.problems import Problem
from spark_jobs.demand_panel import Panel
from spark_jobs.forecasting.backtest import COMBINED, answers_at, combined, mean_answer, rolling_origins, scored
from spark_jobs.forecasting.champion import champion_of
from spark_jobs.forecasting.model import HORIZON_DAYS
from spark_jobs.forecasting.registry import BASELINES, models_named
from spark_jobs.forecasting.results import Run, cost_scores, result_rows, table, write_results
from spark_jobs.forecasting.snapshot import SnapshotData, read_demand, take_snapshot

_HISTORY_DAYS = 3 * 365
_LEAST_DAYS = 3 * HORIZON_DAYS  # of history before the first window that is forecast


@dataclass(frozen=True)
class Plan:
    """What to hold to what."""

    source: str
    table: str
    panel: Panel | None  # None: the demand of the table itself
    models: str
    origins: int
    rows: int
    seed: int


def run_backtest(spark: SparkSession, client: Client, plan: Plan, home: Path, tell: Callable[[str], None]) -> str:
    """Run it, or what is left of it, write the results, and give a table to read. Raises Problem."""
    panel = _recent(plan.panel or read_demand(client, plan.table, plan.source), plan.origins)
    origins = rolling_origins(panel.dates[-1], plan.origins)
    if origins[0] - HORIZON_DAYS - _LEAST_DAYS < panel.dates[0]:
        raise Problem(
            f"{plan.source} has {len(panel.dates)} days: too few for {plan.origins} windows of {HORIZON_DAYS}.",
            "Take fewer with --origins.",
        )
    code = code_version()
    run_id = _run_id(plan, panel, code)
    folder = home / run_id
    folder.mkdir(parents=True, exist_ok=True)
    tell(f"{len(panel.ids)} series, {panel.dates[0]} to {panel.dates[-1]}; kept in {folder}")
    take_snapshot(client, plan.table, plan.source, folder / "features.parquet")
    data = SnapshotData(spark, panel, folder, plan.rows, plan.seed)
    models = models_named(plan.models)
    answers = answers_at(models, data, origins, folder, tell)
    names = [model.name for model in models]
    calibrating = origins[0] - HORIZON_DAYS
    parameters = {model.name: json.loads((folder / f"{model.name}.json").read_text()) for model in models}
    if pair := combined(models, data, answers, calibrating):
        for origin in (calibrating, *origins):
            answers[COMBINED, origin] = mean_answer(*(answers[name, origin] for name in pair))
        names.append(COMBINED)
        parameters[COMBINED] = {"mean of": list(pair)}
    scores = []
    for name in names:
        for origin in origins:
            answer = answers[name, origin]
            scores += scored(name, data, origin, answer, answers[name, origin - HORIZON_DAYS])
            scores += cost_scores(name, origin, answer)
    champion = champion_of(scores, BASELINES)
    first = panel.dates[0].astype(object)
    run = Run(run_id, plan.source, first, code, plan.seed, datetime.now(UTC))
    write_results(client, result_rows(run, scores, parameters, champion))
    return table(scores, champion)


def _recent(panel: Panel, origins: int) -> Panel:
    """Three years before the first origin, and what came after: errors are scaled by what is not long past."""
    days = _HISTORY_DAYS + HORIZON_DAYS * origins
    return Panel(panel.ids, panel.dates[-days:], panel.units[:, -days:])


def code_version() -> str:
    """A hash of the code that forecasts."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    text = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(text).hexdigest()[:12]


def _run_id(plan: Plan, panel: Panel, code: str) -> str:
    """The same for the same data, seed and code: a run again goes on, or replaces its own rows."""
    data = hashlib.sha256(np.ascontiguousarray(panel.units).tobytes() + str(panel.dates[-1]).encode()).hexdigest()
    said = json.dumps([plan.source, plan.rows, plan.seed, plan.origins, data, code])
    return f"backtest-{plan.source}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"
