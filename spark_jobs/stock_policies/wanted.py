"""What was wanted, from what was sold: whoever met an empty shelf may have wanted more."""

import numpy as np

_HALF_LIFE_DAYS = 28


def unconstrained(sold: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """Units wanted, series × days; NaN stays where nothing was offered.

    `empty` is the share of a day's customers who met an empty shelf. They wanted what is usual: units sold ÷ time with
    something to sell, fading with a half-life of 28 days; the day itself counts too, nothing younger does.
    """
    keep = 0.5 ** (1 / _HALF_LIFE_DAYS)
    total, seen = np.zeros(len(sold)), np.zeros(len(sold))
    wanted = sold.copy()
    for day in range(sold.shape[1]):
        offered = np.isfinite(sold[:, day])
        total = np.where(offered, total * keep + np.nan_to_num(sold[:, day]), total)
        seen = np.where(offered, seen * keep + 1 - empty[:, day], seen)
        wanted[:, day] = sold[:, day] + empty[:, day] * total / np.maximum(seen, 0.5)
    return wanted
