"""A backtest from the feature table to the rows in `ml.ml_model_results`."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from clickhouse_connect.driver.client import Client
from pyspark.sql import SparkSession

from contracts.problems import NotYet, Problem
from spark_jobs.demand_panel import Panel
from spark_jobs.forecasting.backtest import (
    Answer,
    Scored,
    answers_at,
    best_pair,
    mean_answer,
    rolling_origins,
    scored,
    tuned_models,
)
from spark_jobs.forecasting.champion import champion_of
from spark_jobs.forecasting.classes import CLASSES
from spark_jobs.forecasting.combined import COMBINED, MeanModel
from spark_jobs.forecasting.model import HORIZON_DAYS, Model
from spark_jobs.forecasting.registry import BASELINES, model_key, models_named
from spark_jobs.forecasting.results import Run, cost_scores, result_rows, table, write_results
from spark_jobs.forecasting.snapshot import SnapshotData, data_state, read_demand, take_snapshot

_HISTORY_DAYS = 3 * 365
_LEAST_DAYS = 3 * HORIZON_DAYS  # of history before the first window that is forecast

Tell = Callable[[str], None]


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


@dataclass(frozen=True)
class Material:
    """What a run learns from, and what it is called."""

    plan: Plan
    panel: Panel
    state: str  # of the feature table
    run: Run

    @property
    def origins(self) -> list[np.datetime64]:
        """The last days known, oldest first."""
        return rolling_origins(self.panel.dates[-1], self.plan.origins)

    @property
    def is_long_enough(self) -> bool:
        """Whether every window has enough days before it."""
        return bool(self.origins[0] - HORIZON_DAYS - _LEAST_DAYS >= self.panel.dates[0])


@dataclass(frozen=True)
class Judged:
    """What a backtest found: models by the name they have in the scores, with the parameters chosen."""

    data: SnapshotData
    models: dict[str, Model]
    answers: dict[tuple[str, np.datetime64], Answer]
    scores: list[Scored]


def run_backtest(spark: Callable[[], SparkSession], client: Client, plan: Plan, home: Path, tell: Tell) -> str:
    """Run it, or what is left of it, write the results, and give a table to read. Raises Problem."""
    material = gather(client, plan, "backtest")
    if not material.is_long_enough:
        raise NotYet(
            f"{len(material.panel.dates)} days of {plan.source} are too few for {plan.origins} windows of 28 days.",
            "Take fewer with --origins.",
        )
    judged = judge(spark, client, material, home / material.run.run_id, tell)
    write_judged(client, material.run, judged, {name: champion_of(judged.scores, BASELINES, name) for name in _CLASSES})
    return table(judged.scores, champion_of(judged.scores, BASELINES))


_CLASSES = ("", *CLASSES)


def gather(client: Client, plan: Plan, kind: str) -> Material:
    """The demand, and a name for the run that is the same for the same data, seed and code. Raises Problem."""
    panel = _recent(plan.panel or read_demand(client, plan.table, plan.source), plan.origins)
    state, code = data_state(client, plan.table, plan.source), code_version()
    run_id = _run_id(kind, plan, panel, state, code)
    first = panel.dates[0].astype(object)
    return Material(plan, panel, state, Run(run_id, plan.source, first, code, plan.seed, datetime.now(UTC)))


def judge(
    spark: Callable[[], SparkSession],
    client: Client,
    material: Material,
    folder: Path,
    tell: Tell,
    incumbents: Sequence[Model] = (),
) -> Judged:
    """Hold the models of the plan to the windows, and beside them those that serve today. Raises Problem."""
    data = snapshot_data(spark, client, material, folder, tell)
    calibrating, *origins = [material.origins[0] - HORIZON_DAYS, *material.origins]
    chosen = tuned_models(models_named(material.plan.models), data, calibrating, folder, tell)
    models = {model.name: model for model in chosen}
    answers = answers_at(models, data, [calibrating, *origins], folder, tell)
    if pair := best_pair(chosen, data, answers, calibrating):
        models[COMBINED] = MeanModel(pair)
        for origin in (calibrating, *origins):
            answers[COMBINED, origin] = mean_answer([answers[model.name, origin] for model in pair])
    known = {model_key(model) for model in models.values()}
    others = {model_key(model): model for model in incumbents if model_key(model) not in known}
    answers |= answers_at(others, data, [calibrating, *origins], folder, tell)
    return Judged(data, models | others, answers, _scores(models | others, data, origins, answers))


def snapshot_data(
    spark: Callable[[], SparkSession], client: Client, material: Material, folder: Path, tell: Tell
) -> SnapshotData:
    """A copy of the feature table in the folder. Raises Problem if the table changed since its state was taken."""
    plan, panel = material.plan, material.panel
    folder.mkdir(parents=True, exist_ok=True)
    tell(f"{len(panel.ids)} series, {panel.dates[0]} to {panel.dates[-1]}; kept in {folder}")
    file = folder / "features.parquet"
    if not file.exists():
        take_snapshot(client, plan.table, plan.source, file)
        if data_state(client, plan.table, plan.source) != material.state:
            file.unlink()
            raise Problem(f"{plan.table} was rebuilt while it was read.", "Run the same command again.")
    return SnapshotData(spark, panel, folder, plan.rows, plan.seed)


def write_judged(client: Client, run: Run, judged: Judged, champions: Mapping[str, str]) -> None:
    """Every measure as a row, with the champion of its class of demand marked."""
    parameters = {name: model.parameters for name, model in judged.models.items()}
    write_results(client, result_rows(run, judged.scores, parameters, champions))


def _scores(models: Mapping[str, Model], data: SnapshotData, origins: Sequence, answers: Mapping) -> list[Scored]:
    found = []
    for name in models:
        for origin in origins:
            answer = answers[name, origin]
            found += scored(name, data, origin, answer, answers[name, origin - HORIZON_DAYS])
            found += cost_scores(name, origin, answer)
    return found


def _recent(panel: Panel, origins: int) -> Panel:
    """Three years before the first origin, and what came after: errors are scaled by what is not long past."""
    days = _HISTORY_DAYS + HORIZON_DAYS * origins
    return Panel(panel.ids, panel.dates[-days:], panel.units[:, -days:])


def code_version() -> str:
    """A hash of the code that forecasts."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    text = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(text).hexdigest()[:12]


def _run_id(kind: str, plan: Plan, panel: Panel, state: str, code: str) -> str:
    """The same for the same data, seed and code: a run again goes on, or replaces its own rows."""
    data = hashlib.sha256(np.ascontiguousarray(panel.units).tobytes() + str(panel.dates[-1]).encode()).hexdigest()
    said = json.dumps([plan.source, plan.rows, plan.seed, plan.origins, data, state, code])
    return f"{kind}-{plan.source}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"
