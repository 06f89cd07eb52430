"""From a backtest to a release: a model chosen for every class of demand, learnt anew from everything that is known."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from clickhouse_connect.driver.client import Client

from contracts.problems import NotYet, Problem
from spark_jobs.forecasting.champion import UNJUDGED, Verdict, verdict_of
from spark_jobs.forecasting.classes import CLASSES, demand_classes
from spark_jobs.forecasting.conformal import Calibration, calibrate, spreads
from spark_jobs.forecasting.examples import FEATURES
from spark_jobs.forecasting.model import HORIZON_DAYS, Model
from spark_jobs.forecasting.model_card import model_card
from spark_jobs.forecasting.model_store import ModelStore
from spark_jobs.forecasting.registry import BASELINES, MODELS, fit_once, model_key
from spark_jobs.forecasting.release import (
    CARD,
    Artefact,
    Release,
    Serving,
    read_release,
    save_model,
    without_most_scores,
)
from spark_jobs.forecasting.results import means
from spark_jobs.forecasting.running import Judged, Material, Plan, Tell, gather, judge, snapshot_data, write_judged
from spark_jobs.forecasting.snapshot import SnapshotData
from spark_jobs.forecasting.young import BORROWED, OWN, YOUNG
from spark_jobs.late_session import LateSession
from warehouse.releases import ReleaseLog, add_release, release_log

_LEAST_DAYS = 3 * HORIZON_DAYS  # that even a baseline wants: a window to calibrate by, and what was known before it
_OF_YOUNG = (
    f"Insufficient history (under 26 weeks): no model is trusted with it. {OWN} serves, or under 28 days {BORROWED}, "
    "the mean of older products of its category."
)


@dataclass(frozen=True)
class Chosen:
    """What is to be released: verdicts by class of demand, models and calibrations by the names they mention."""

    verdicts: dict[str, Verdict]
    models: dict[str, Model]
    calibrations: dict[str, Calibration]


def train(
    spark: LateSession, client: Client, plan: Plan, store: ModelStore, home: Path, by: str, why: str, tell: Tell
) -> Release:
    """Judge, choose, learn, save and release; what was done before Ctrl-C is not done again. Raises Problem.

    With the same data, code and options as the last release nothing is released anew.
    """
    material = gather(client, plan, "train")
    if len(material.panel.dates) < _LEAST_DAYS:
        raise NotYet(
            f"{plan.source} has {len(material.panel.dates)} days of history.", f"Forecasts need {_LEAST_DAYS}."
        )
    log = release_log(client, plan.source)
    if known := _same(log, store, material):
        tell(f"Nothing is new since {known.release_id}: same data, code and options.")
        return known
    folder = home / material.run.run_id
    chosen, data, scores = _chosen(spark, client, material, folder, _incumbents(log, store, tell), tell)
    release = _made(material, chosen, scores, log)
    _learn(release, chosen, data, material.panel.dates[-1], folder, tell)
    location = _packed(release, folder, store, log.serving)
    done = add_release(client, log, _rows(release, location), by, why)
    tell(f"{release.release_id} is {done.action}; {done.serving_release_id} serves. Kept in {location}")
    _remove_older(home, folder, plan.source)
    return release


def _same(log: ReleaseLog, store: ModelStore, material: Material) -> Release | None:
    """The newest release, if it came of the very same run."""
    if not log.rows:
        return None
    newest = max(log.rows, key=lambda name: log.rows[name][0]["acted_at"])
    if log.rows[newest][0]["run_id"] != material.run.run_id:
        return None
    try:
        release = read_release(store.fetch(newest))
    except Problem:  # its artefacts are gone
        return None
    return release if release.tried == material.plan.models else None


def _incumbents(log: ReleaseLog, store: ModelStore, tell: Tell) -> dict[str, Model]:
    """What serves today, by class of demand; empty where nothing does, or where its artefacts are gone."""
    if not log.serving:
        return {}
    try:
        release = read_release(store.fetch(log.serving))
        return {name: release.models[one.key].model() for name, one in release.serving.items() if name != YOUNG}
    except Problem as problem:
        tell(f"What serves today is not compared: {problem}")
        return {}


def _chosen(
    spark: LateSession,
    client: Client,
    material: Material,
    folder: Path,
    incumbents: Mapping[str, Model],
    tell: Tell,
) -> tuple[Chosen, SnapshotData, dict]:
    if not material.is_long_enough:
        return _unjudged(snapshot_data(spark, client, material, folder, tell), material)
    judged = judge(spark, client, material, folder, tell, list(incumbents.values()))
    verdicts = _verdicts(judged, incumbents)
    write_judged(client, material.run, judged, {name: verdict.model for name, verdict in verdicts.items()})
    last = material.origins[-1]
    models = {name: judged.models[name] for name in _names(verdicts)}
    calibrations = {name: _calibration(judged.data, last, judged.answers[name, last].units) for name in models}
    scores = {name: means(judged.scores, name) for name in ("", *CLASSES)}
    return Chosen(verdicts, models, calibrations), judged.data, scores


def _verdicts(judged: Judged, incumbents: Mapping[str, Model]) -> dict[str, Verdict]:
    """By class of demand; '' says what the rule would choose for all, and serves nobody."""
    names = {model_key(model): name for name, model in judged.models.items()}
    found = {}
    for demand_class in ("", *CLASSES):
        if demand_class == YOUNG:
            found[demand_class] = Verdict(demand_class, UNJUDGED, _OF_YOUNG)
            continue
        incumbent = incumbents.get(demand_class)
        name = names[model_key(incumbent)] if incumbent else ""
        found[demand_class] = verdict_of(judged.scores, BASELINES, demand_class, name)
    return found


def _unjudged(data: SnapshotData, material: Material) -> tuple[Chosen, SnapshotData, dict]:
    days = len(material.panel.dates)
    reason = f"{days} days of history are too few to compare models in {material.plan.origins} windows of 28 days."
    verdicts = {name: Verdict(name, UNJUDGED, reason) for name in ("", *CLASSES)}
    verdicts[YOUNG] = Verdict(YOUNG, UNJUDGED, _OF_YOUNG)
    model = MODELS[UNJUDGED]
    before = material.panel.dates[-1] - HORIZON_DAYS
    calibration = _calibration(data, before, model.fit(data, before).predict(data, before))
    return Chosen(verdicts, {UNJUDGED: model}, {UNJUDGED: calibration}), data, {}


def _calibration(data: SnapshotData, origin: np.datetime64, said: np.ndarray) -> Calibration:
    """From the errors of the last window that is over: what was said at its origin."""
    actual, known = data.history(origin + HORIZON_DAYS)[:, -HORIZON_DAYS:], data.history(origin)
    return calibrate(actual, said, spreads(known), demand_classes(known))


def _names(verdicts: Mapping[str, Verdict]) -> set[str]:
    """Models that serve some class."""
    return {verdict.model for demand_class, verdict in verdicts.items() if demand_class}


def _made(material: Material, chosen: Chosen, scores: dict, log: ReleaseLog) -> Release:
    now, panel, run = datetime.now(UTC), material.panel, material.run
    release_id = f"{run.source}-{now:%Y%m%d-%H%M%S}"
    while release_id in log.rows:
        release_id += "b"
    keys = {name: model_key(model) for name, model in chosen.models.items()}
    return Release(
        release_id=release_id,
        source=run.source,
        made_at=f"{now:%F %T} UTC",
        run_id=run.run_id,
        code_version=run.code_version,
        seed=run.seed,
        tried=material.plan.models,
        trained_from=str(panel.dates[0]),
        trained_to=str(panel.dates[-1]),
        series=len(panel.ids),
        windows=[str(origin) for origin in material.origins] if scores else [],
        features=list(FEATURES),
        serving={name: Serving(keys[one.model], one.reason) for name, one in chosen.verdicts.items() if name},
        models={
            keys[name]: Artefact(model.name, model.kind, model.parameters) for name, model in chosen.models.items()
        },
        scores=without_most_scores(scores),
    )


def _learn(
    release: Release, chosen: Chosen, data: SnapshotData, origin: np.datetime64, folder: Path, tell: Tell
) -> None:
    """Fit what serves at the last day known; a model that is there already stays."""
    place, learnt = folder / "fitted", {}
    for name, model in chosen.models.items():
        key = model_key(model)
        if (place / f"{key}.done").exists():
            continue
        shutil.rmtree(place / "models" / key, ignore_errors=True)
        save_model(place, key, fit_once(model, data, origin, learnt, tell), chosen.calibrations[name])
        (place / f"{key}.done").touch()


def _packed(release: Release, folder: Path, store: ModelStore, before: str) -> str:
    package = folder / "release"
    shutil.rmtree(package, ignore_errors=True)
    for key in release.models:
        shutil.copytree(folder / "fitted" / "models" / key, package / "models" / key)
    (package / CARD).write_text(model_card(release, before))
    release.write(package)
    return store.put(release.release_id, package)


def _rows(release: Release, location: str) -> list[dict[str, Any]]:
    return [
        {
            "source": release.source,
            "release_id": release.release_id,
            "demand_class": name,
            "model": OWN if name == YOUNG else release.models[one.key].name,
            "serving_reason": one.reason,
            "parameters": json.dumps(release.models[one.key].parameters),
            "trained_from": release.trained_from,
            "trained_to": release.trained_to,
            "code_version": release.code_version,
            "seed": release.seed,
            "run_id": release.run_id,
            "location": location,
        }
        for name, one in release.serving.items()
    ]


def _remove_older(home: Path, folder: Path, source: str) -> None:
    """Answers of data that is no longer the last."""
    for other in home.glob(f"train-{source}-{'?' * 12}"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
