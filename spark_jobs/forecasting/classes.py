"""Classes of demand as `mart_demand_classes` has them, of the 52 weeks that end with a day."""

import numpy as np

CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "no demand", "too short")
_LEAST_DAYS, _LEAST_WEEKS, _WEEKS = 4, 26, 52
_MOST_INTERVAL, _MOST_VARIATION = 1.32, 0.49
_LEAST_UNITS = 0.5


def demand_classes(units: np.ndarray) -> np.ndarray:
    """(series,) class of each row of (series, days); NaN is a day on which the product was not offered."""
    weeks = min(_WEEKS, units.shape[1] // 7)
    days = units[:, units.shape[1] - 7 * weeks :].reshape(len(units), weeks, 7)
    offered = np.isfinite(days).sum(axis=2)
    counts = offered >= _LEAST_DAYS
    size = np.where(counts, np.nansum(days, axis=2) / np.maximum(offered, 1) * 7, 0.0)
    size = np.where(size >= _LEAST_UNITS, size, 0.0)
    wanted = (size > 0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        interval = counts.sum(axis=1) / wanted
        variation = (size**2).sum(axis=1) * wanted / size.sum(axis=1) ** 2 - 1
    is_frequent, is_even = interval < _MOST_INTERVAL, variation < _MOST_VARIATION
    return np.select(
        [counts.sum(axis=1) < _LEAST_WEEKS, wanted == 0, is_frequent & is_even, is_frequent, is_even],
        ["too short", "no demand", "smooth", "erratic", "intermittent"],
        "lumpy",
    )
