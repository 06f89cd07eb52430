"""What a series' past says at the end of a day: features of a stock policy, none of them younger than its origin."""

import numpy as np

MEANS = (7, 14, 28, 56, 91, 182, 364)
DEVIATIONS = (28, 56, 182)
QUANTILES = (0.5, 0.8, 0.9, 0.95, 1.0)
QUANTILE_WINDOWS = (91, 364)
_ALPHAS = (0.03, 0.1, 0.3)
_LEAST_LEVEL = 0.05  # units a day: below, a ratio to the level says nothing


def window_mean(units: np.ndarray, days: int) -> np.ndarray:
    """Mean of the last days by series, of those on which it existed; 0 where there are none."""
    known = ~np.isnan(units[:, -days:])
    sums = np.where(known, units[:, -days:], 0).sum(axis=1)
    return sums / np.maximum(known.sum(axis=1), 1)


def window_deviation(units: np.ndarray, days: int) -> np.ndarray:
    """Standard deviation of the last days by series (divisor n); 0 where there are none."""
    known = ~np.isnan(units[:, -days:])
    mean = window_mean(units, days)[:, None]
    squares = np.where(known, (units[:, -days:] - mean) ** 2, 0).sum(axis=1)
    return np.sqrt(squares / np.maximum(known.sum(axis=1), 1))


def period_sums(units: np.ndarray, days: int) -> np.ndarray:
    """Sums of each `days` days in a row, series × (columns - days + 1); NaN where one of them is."""
    cumulated = np.cumsum(np.pad(np.nan_to_num(units), ((0, 0), (1, 0))), axis=1)
    unknown = np.cumsum(np.pad(np.isnan(units), ((0, 0), (1, 0))), axis=1)
    sums = cumulated[:, days:] - cumulated[:, :-days]
    return np.where(unknown[:, days:] == unknown[:, :-days], sums, np.nan)


def level(units: np.ndarray) -> np.ndarray:
    """Units a day that everything else is measured in: mean of the mean of 56 and of 364 days, never 0."""
    return np.maximum((window_mean(units, 56) + window_mean(units, 364)) / 2, _LEAST_LEVEL)


def features(units: np.ndarray, period: int) -> dict[str, np.ndarray]:
    """Features by name, an element per series, of demand known so far (series × days, NaN before a series began).

    All but the level are ratios to it, so that one tree serves large and small series.
    """
    scale = level(units)
    found = {"log_level": np.log(scale)}
    found |= {f"mean_{days}": window_mean(units, days) / scale for days in MEANS}
    found |= {f"deviation_{days}": window_deviation(units, days) / scale for days in DEVIATIONS}
    found |= {f"smoothed_{alpha:g}": smoothed(units[:, -364:], alpha) / scale for alpha in _ALPHAS}
    found |= {f"zeros_{days}": _zero_share(units, days) for days in (28, 182)}
    found["log_days_silent"] = np.log1p(_days_silent(units[:, -182:]))
    found["log_days_known"] = np.log1p(np.minimum((~np.isnan(units)).sum(axis=1), 728))
    for days in QUANTILE_WINDOWS:
        sums = known_or(period_sums(units[:, -days:], period), (scale * period)[:, None])
        for share in QUANTILES:
            found[f"period_{days}_q{share * 100:g}"] = np.quantile(sums, share, axis=1) / (scale * period)
    found["last_year"] = _last_year(units) / scale
    return found


def smoothed(units: np.ndarray, alpha: float) -> np.ndarray:
    """Simple exponential smoothing by series, begun with the mean of what is known; unknown days change nothing."""
    value = window_mean(units, units.shape[1])
    for day in range(units.shape[1]):
        known = ~np.isnan(units[:, day])
        value = np.where(known, value + alpha * (np.nan_to_num(units[:, day]) - value), value)
    return value


def known_or(values: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """The values, and something else where there is none."""
    return np.where(np.isnan(values), otherwise, values)


def _zero_share(units: np.ndarray, days: int) -> np.ndarray:
    return window_mean(np.where(np.isnan(units), np.nan, units == 0), days)


def _days_silent(units: np.ndarray) -> np.ndarray:
    sold = np.nan_to_num(units)[:, ::-1] > 0
    return np.where(sold.any(axis=1), sold.argmax(axis=1), units.shape[1])


def _last_year(units: np.ndarray) -> np.ndarray:
    """Daily mean of the 28 days that came a year ago; the level where nothing is known of them."""
    ahead = units[:, max(units.shape[1] - 364, 0) :][:, :28] if units.shape[1] >= 364 else units[:, :0]
    known = (~np.isnan(ahead)).sum(axis=1)
    return np.where(known >= 14, np.nan_to_num(ahead).sum(axis=1) / np.maximum(known, 1), level(units))
