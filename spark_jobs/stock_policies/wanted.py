"""What was wanted, from what was sold: a day that ended with an empty shelf may have wanted more."""

import numpy as np

_HALF_LIFE_DAYS = 28


def unconstrained(sold: np.ndarray, is_empty: np.ndarray) -> np.ndarray:
    """Units wanted, series × days; NaN stays where nothing was offered.

    A day whose shelf was empty at its end wanted what it sold, or what is usual if that is more: the mean, fading with
    a half-life of 28 days, of the days before it. Nothing younger than a day is used for it.
    """
    keep = 0.5 ** (1 / _HALF_LIFE_DAYS)
    total, weight = np.zeros(len(sold)), np.zeros(len(sold))
    wanted = sold.copy()
    for day in range(sold.shape[1]):
        usual = np.where(weight > 0, total / np.maximum(weight, 1e-9), 0)
        wanted[:, day] = np.where(is_empty[:, day], np.maximum(sold[:, day], usual), sold[:, day])
        offered = np.isfinite(sold[:, day])
        total = np.where(offered, total * keep + np.nan_to_num(wanted[:, day]), total)
        weight = np.where(offered, weight * keep + 1, weight)
    return wanted
