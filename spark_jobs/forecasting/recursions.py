"""Levels of demand, for many series at once. Arrays are (series, days); NaN is a day that says nothing."""

import numpy as np

Array = np.ndarray
_FIRST_CHANCE = 0.5  # of demand on a day, before the first day is known


def smoothed_level(units: Array, half_life_days: float) -> Array:
    """(series,) mean of the days, each weighing half as much as the day half_life_days after it."""
    age = np.arange(units.shape[1])[::-1]
    weight = np.where(np.isfinite(units), 0.5 ** (age / half_life_days), 0.0)
    return _ratio((np.nan_to_num(units) * weight).sum(axis=1), weight.sum(axis=1))


def tsb_level(units: Array, size_weight: float, chance_weight: float) -> Array:
    """(series,) expected units a day after Teunter, Syntetos and Babai (2011): chance of demand x size of demand.

    The chance is smoothed every day, the size on days with demand.
    """
    chance = np.full(len(units), _FIRST_CHANCE)
    size = np.full(len(units), np.nan)
    for day in units.T:
        known, wanted = np.isfinite(day), day > 0
        chance = np.where(known, chance + chance_weight * (wanted - chance), chance)
        size = np.where(wanted, np.where(np.isnan(size), day, size + size_weight * (day - size)), size)
    return np.nan_to_num(chance * size)


def croston_sba_level(units: Array, weight: float) -> Array:
    """(series,) expected units a day after Croston, with the correction of Syntetos and Boylan (2005).

    Size and interval are smoothed on days with demand: size / interval x (1 - weight / 2).
    """
    size, interval = np.full(len(units), np.nan), np.full(len(units), np.nan)
    waited = np.zeros(len(units))
    for day in units.T:
        known, wanted = np.isfinite(day), day > 0
        waited = waited + known
        size = np.where(wanted, np.where(np.isnan(size), day, size + weight * (day - size)), size)
        first = np.isnan(interval)
        interval = np.where(wanted, np.where(first, waited, interval + weight * (waited - interval)), interval)
        waited = np.where(wanted, 0, waited)
    return np.nan_to_num(size / interval * (1 - weight / 2))


def weekday_index(units: Array, half_life_days: float, prior_units: float) -> Array:
    """(series, 7) how much more than its level a series sells by weekday; column 0 is the weekday after the last day.

    Each series' own index is drawn towards that of all series together, as if `prior_units` units
    had been seen of that.
    """
    days = units.shape[1]
    weekday = (np.arange(days) - days) % 7
    known = np.isfinite(units)
    weight = np.where(known, 0.5 ** (np.arange(days)[::-1] / half_life_days), 0.0)
    seen = np.nan_to_num(units) * weight
    by_weekday = np.stack([seen[:, weekday == one].sum(axis=1) for one in range(7)], axis=1)
    days_on = np.stack([weight[:, weekday == one].sum(axis=1) for one in range(7)], axis=1)
    expected = _ratio(by_weekday.sum(axis=1), days_on.sum(axis=1))[:, None] * days_on
    pooled = _ratio(by_weekday.sum(axis=0), expected.sum(axis=0))
    return (by_weekday + prior_units * pooled) / (expected + prior_units)


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
