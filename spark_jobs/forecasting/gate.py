"""What has to hold of forecasts before anybody sees them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spark_jobs.forecasting.model import HORIZON_DAYS

MOST_TIMES = 3  # the largest day a series has seen
MOST_CHANGE = 5  # of the whole, against the 28 days before
_LEAST_LARGEST = 1.0  # units: what sold one may sell three


def faults(frame: pd.DataFrame, ids: Sequence[str], origin: np.datetime64, largest: np.ndarray, before: float) -> list:
    """Sentences on what is wrong; none, and the forecasts may be published.

    `frame` has the columns of `Forecast.frame`. `ids` are the active series, `largest` the largest day each has seen
    (or its likes), `before` the units of the last 28 days.
    """
    if frame.empty:
        return ["There is no forecast at all."]
    found = [*_of_series(frame, ids), *_of_rows(frame, origin), *_of_numbers(frame)]
    return found or _of_size(frame, pd.Series(largest, list(ids)), before)


def _of_series(frame: pd.DataFrame, ids: Sequence[str]) -> list[str]:
    said, wanted = set(frame["series"]), set(ids)
    found = []
    if missing := sorted(wanted - said):
        found.append(f"{len(missing)} active series have no forecast: {_some(missing)}.")
    if strange := sorted(said - wanted):
        found.append(f"{len(strange)} series are forecast that are not active: {_some(strange)}.")
    return found


def _of_rows(frame: pd.DataFrame, origin: np.datetime64) -> list[str]:
    found = []
    if twice := int(frame.duplicated(["series", "target_date"]).sum()):
        found.append(f"{twice} days of series are forecast more than once.")
    days = pd.to_datetime(frame["target_date"]).to_numpy("datetime64[D]")
    inside = (days > origin) & (days <= origin + HORIZON_DAYS)
    if outside := int((~inside).sum()):
        found.append(f"{outside} forecasts are for days outside the {HORIZON_DAYS} after {origin}.")
    counts = frame[inside].drop_duplicates(["series", "target_date"]).groupby("series").size()
    if short := sorted(counts.index[counts < HORIZON_DAYS]):
        found.append(f"{len(short)} series lack days of the horizon: {_some(short)}.")
    return found


def _of_numbers(frame: pd.DataFrame) -> list[str]:
    numbers = frame[["units", "lower", "upper"]].to_numpy(float)
    if broken := int((~np.isfinite(numbers)).any(axis=1).sum()):
        return [f"{broken} forecasts are no numbers."]
    units, lower, upper = numbers.T
    found = []
    if negative := int((numbers < 0).any(axis=1).sum()):
        found.append(f"{negative} forecasts are below zero.")
    if crossed := int(((lower > units) | (units > upper)).sum()):
        found.append(f"{crossed} forecasts lie outside their own interval.")
    return found


def _of_size(frame: pd.DataFrame, largest: pd.Series, before: float) -> list[str]:
    most = MOST_TIMES * np.maximum(largest.reindex(frame["series"]).to_numpy(float), _LEAST_LARGEST)
    found = []
    if (high := frame[frame["units"].to_numpy(float) > most]).size:
        names = sorted(set(high["series"]))
        found.append(f"{len(names)} series would sell over {MOST_TIMES} times their largest day: {_some(names)}.")
    total = float(frame["units"].sum())
    if before > 0 and not before / MOST_CHANGE <= total <= before * MOST_CHANGE:
        found.append(
            f"{total:,.0f} units are forecast for {HORIZON_DAYS} days, and the {HORIZON_DAYS} before had {before:,.0f}."
        )
    return found


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
