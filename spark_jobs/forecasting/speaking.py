"""What a release says of the 28 days after an origin, series by series."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spark_jobs.forecasting.champion import UNJUDGED
from spark_jobs.forecasting.classes import demand_classes
from spark_jobs.forecasting.conformal import Calibration, calibrate, spreads
from spark_jobs.forecasting.model import HORIZON_DAYS, DemandData, Fitted, Forecast, Model
from spark_jobs.forecasting.registry import fit_once
from spark_jobs.forecasting.release import Release
from spark_jobs.forecasting.snapshot import Series
from spark_jobs.forecasting.young import BORROWED, YOUNG, active, young_rule

Array = np.ndarray
Learnt = tuple[Fitted, Calibration]


@dataclass(frozen=True)
class Said:
    """Forecasts of the active series, who made them, and what they are measured by."""

    forecast: Forecast
    rows: Array  # (active series,) their numbers among all series
    models: Array  # (active series,) words
    classes: Array  # (active series,) words
    largest: Array  # (active series,) units of the largest day known; of its category where it is too young to tell
    units_before: float  # of the last 28 days


def keys_needed(release: Release, history: Array) -> list[str]:
    """Models of the release that any active series of today needs."""
    present = set(demand_classes(history)[active(history)].tolist())
    return sorted({one.key for name, one in release.serving.items() if name in present})


def learnt_at(
    models: Mapping[str, Model], data: DemandData, origin: np.datetime64, tell: Callable[[str], None]
) -> dict[str, Learnt]:
    """Models as they would have been at an origin that the released ones know more than: learnt, calibrated anew."""
    before, found, fits = origin - HORIZON_DAYS, {}, {}
    actual, known = data.history(origin)[:, -HORIZON_DAYS:], data.history(before)
    for key, model in models.items():
        said = fit_once(model, data, before, fits, tell).predict(data, before)
        calibration = calibrate(actual, said, spreads(known), demand_classes(known))
        found[key] = (fit_once(model, data, origin, fits, tell), calibration)
    return found


def speak(
    release: Release, learnt: Mapping[str, Learnt], data: DemandData, origin: np.datetime64, series: Sequence[Series]
) -> Said:
    """Forecasts by the model of each series' class; the young by rule."""
    history = data.history(origin)
    classes, spread = demand_classes(history), spreads(history)
    units, lower, upper = (np.full((len(series), HORIZON_DAYS), np.nan) for _ in range(3))
    models = np.full(len(series), "", dtype=object)
    keys = {name: one.key for name, one in release.serving.items() if name != YOUNG}
    for key, (fitted, calibration) in learnt.items():
        chosen = np.array([keys.get(name) == key for name in classes])
        if chosen.any():
            said = fitted.predict(data, origin)[chosen]
            units[chosen] = said
            lower[chosen], upper[chosen] = calibration.interval(said, spread[chosen], classes[chosen])
            models[chosen] = release.models[key].name
    young = (classes == YOUNG) & active(history)
    if young.any():
        said, spread_of_young, names = (part[young] for part in young_rule(history, series))
        _, calibration = learnt[release.serving[YOUNG].key]
        units[young], models[young] = said, names
        lower[young], upper[young] = calibration.interval(said, spread_of_young, classes[young])
    rows = np.flatnonzero(active(history))
    forecast = Forecast(UNJUDGED, origin, tuple(data.ids[row] for row in rows), units[rows], lower[rows], upper[rows])
    before = float(np.nansum(history[rows, -HORIZON_DAYS:]))
    return Said(forecast, rows, models[rows], classes[rows], _largest(history, models, series)[rows], before)


def _largest(history: Array, models: Array, series: Sequence[Series]) -> Array:
    """(series,) units of the largest day."""
    own = np.nan_to_num(history).max(axis=1)
    for one in np.flatnonzero(models == BORROWED):
        own[one] = max(own[other] for other in range(len(series)) if series[other].category == series[one].category)
    return own
