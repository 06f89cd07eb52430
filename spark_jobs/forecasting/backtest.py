"""Rolling origins: what each model would have forecast, had it been asked then."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spark_jobs.forecasting import metrics
from spark_jobs.forecasting.classes import demand_classes
from spark_jobs.forecasting.combined import MeanModel
from spark_jobs.forecasting.conformal import calibrate, spreads
from spark_jobs.forecasting.importance import permutation_importance
from spark_jobs.forecasting.memory import PeakMemory
from spark_jobs.forecasting.model import HORIZON_DAYS, DemandData, Model
from spark_jobs.forecasting.registry import model_key

Array = np.ndarray
_SEED = 20260101
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Answer:
    """What a model said at an origin, and what it took."""

    units: Array  # (series, 28)
    seconds: float
    peak_mb: float
    importance: dict[str, float]  # `importance: …` of what was learnt, `permutation: …` of the RMSSE


@dataclass(frozen=True)
class Scored:
    """A measure of one model at one origin."""

    model: str
    origin: np.datetime64
    demand_class: str  # '' for all
    horizon_week: int  # 0 for all
    measure: str
    value: float
    observations: int


def rolling_origins(last_day: np.datetime64, count: int) -> list[np.datetime64]:
    """The last days known, oldest first: windows of 28 days that end with the last day and do not overlap."""
    return [last_day - HORIZON_DAYS * step for step in range(count, 0, -1)]


def tuned_models(
    models: Sequence[Model], data: DemandData, origin: np.datetime64, folder: Path, tell: Tell
) -> list[Model]:
    """The models with parameters chosen by what is known at the origin; choices are kept in the folder."""
    return [_tuned(model, data, origin, folder, tell) for model in models]


def answers_at(
    models: Mapping[str, Model], data: DemandData, origins: Sequence[np.datetime64], folder: Path, tell: Tell
) -> dict[tuple[str, np.datetime64], Answer]:
    """What every model says at every origin, by the name it is given here.

    Answers are kept in the folder under name and parameters, and not worked out again.
    """
    found = {}
    for count, (name, model) in enumerate(models.items(), 1):
        for origin in origins:
            found[name, origin] = _answered(model, data, origin, folder, tell, f"{count} of {len(models)}")
    return found


def best_pair(
    models: Sequence[Model], data: DemandData, answers: Mapping, calibration_origin: np.datetime64
) -> tuple[Model, Model] | None:
    """The best statistical and the best learned model in the calibration window; None without one of each."""
    actual = data.history(calibration_origin + HORIZON_DAYS)[:, -HORIZON_DAYS:]
    scale = metrics.naive_scale(data.history(calibration_origin))

    def error(model: Model) -> float:
        return metrics.rmsse(actual, answers[model.name, calibration_origin].units, scale)

    statistical = [model for model in models if model.kind != "learned"]
    learned = [model for model in models if model.kind == "learned"]
    if not statistical or not learned:
        return None
    return min(statistical, key=error), min(learned, key=error)


def mean_answer(answers: Sequence[Answer]) -> Answer:
    """Equal parts of each."""
    importance: dict[str, float] = {}
    for answer in answers:
        for name, share in answer.importance.items():
            importance[name] = importance.get(name, 0.0) + share / len(answers)
    return Answer(
        np.mean([answer.units for answer in answers], axis=0),
        sum(answer.seconds for answer in answers),
        max(answer.peak_mb for answer in answers),
        importance,
    )


def scored(model: str, data: DemandData, origin: np.datetime64, answer: Answer, before: Answer) -> list[Scored]:
    """Every measure at an origin; `before` is what the model said 28 days earlier, whose errors give the intervals."""
    known, later = data.history(origin), data.history(origin + HORIZON_DAYS)
    actual = later[:, -HORIZON_DAYS:]
    classes, spread = demand_classes(known), spreads(known)
    earlier = data.history(origin - HORIZON_DAYS)
    calibration = calibrate(known[:, -HORIZON_DAYS:], before.units, spreads(earlier), demand_classes(earlier))
    lower, upper = calibration.interval(answer.units, spread, classes)
    high = calibration.quantile(answer.units, spread, classes, 0.95)
    scale, scale7 = metrics.naive_scale(known), metrics.naive_scale(known, lag=7, power=1)
    found = []
    for name in ("", *np.unique(classes)):
        rows = np.ones(len(classes), bool) if name == "" else classes == name
        for week in range(HORIZON_DAYS // 7 + 1):
            days = slice(None) if week == 0 else slice(7 * (week - 1), 7 * week)
            a, f = actual[rows, days], answer.units[rows, days]
            measures = {
                "rmse": metrics.rmse(a, f),
                "mae": metrics.mae(a, f),
                "rmsse": metrics.rmsse(a, f, scale[rows]),
                "mase7": metrics.mase(a, f, scale7[rows]),
                "wape": metrics.wape(a, f),
                "bias": metrics.bias(a, f),
                "pinball_95": metrics.pinball(a, high[rows, days], 0.95),
                "coverage_90": metrics.coverage(a, lower[rows, days], upper[rows, days]),
            }
            count = int(np.isfinite(a).sum())
            found += [
                Scored(model, origin, str(name), week, measure, value, count)
                for measure, value in measures.items()
                if np.isfinite(value)
            ]
    return found


def _answered(model: Model, data: DemandData, origin: np.datetime64, folder: Path, tell: Tell, progress: str) -> Answer:
    if isinstance(model, MeanModel):
        return mean_answer([_answered(one, data, origin, folder, tell, progress) for one in model.members])
    kept = folder / f"{model_key(model)}-{origin}.npz"
    if not kept.exists():
        tell(f"{model.name} at {origin} (model {progress})")
        _keep(kept, _answer(model, data, origin))
    return _kept(kept)


def _tuned(model: Model, data: DemandData, origin: np.datetime64, folder: Path, tell: Tell) -> Model:
    kept = folder / f"{model.name}.json"
    if kept.exists():
        return replace(model, parameters=json.loads(kept.read_text()))
    tell(f"{model.name}: choosing parameters")
    chosen = model.tuned(data, origin)
    kept.write_text(json.dumps(chosen.parameters))
    return chosen


def _answer(model: Model, data: DemandData, origin: np.datetime64) -> Answer:
    with PeakMemory() as memory:
        began = time.monotonic()
        fitted = model.fit(data, origin)
        units = fitted.predict(data, origin)
        seconds = time.monotonic() - began
    shares = {f"importance: {name}": share for name, share in fitted.importance().items()}
    if hasattr(fitted, "answer"):
        shares |= {
            f"permutation: {name}": rise
            for name, rise in permutation_importance(fitted.answer, data, origin, _SEED).items()
        }
    return Answer(units, seconds, memory.peak_mb(), shares)


def _keep(file: Path, answer: Answer) -> None:
    part = file.with_suffix(".part.npz")
    importance = json.dumps(answer.importance)
    np.savez(part, units=answer.units, seconds=answer.seconds, peak_mb=answer.peak_mb, importance=importance)
    part.rename(file)


def _kept(file: Path) -> Answer:
    with np.load(file) as kept:
        importance = json.loads(str(kept["importance"]))
        return Answer(kept["units"], float(kept["seconds"]), float(kept["peak_mb"]), importance)
