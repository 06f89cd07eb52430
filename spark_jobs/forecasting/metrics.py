"""How wrong forecasts are.

Arrays are (series, days) unless said otherwise; NaN in `actual` is a day that counts for nothing. Errors that are
scaled take the error of a naive forecast within the training window of the same series:
- RMSSE: root mean squared error ÷ root mean squared difference from one day to the next (Hyndman & Koehler 2006, as in
  the M5 competition), the days before the first demand left out; then the plain mean over series. A backtest's training
  window is the three years before its first origin and what has come since.
- MASE7: mean absolute error ÷ mean absolute difference from one day to the same weekday a week later.
A series whose scale is 0 (constant, or shorter than the difference) has no scaled error and is left out of that mean.
"""

import numpy as np

Array = np.ndarray


def naive_scale(history: Array, lag: int = 1, power: int = 2) -> Array:
    """(series,) mean of |difference over `lag` days| ** power within the training window; NaN where there is none.

    With power 2 and its root it is RMSSE's scale, with lag 7 and power 1 that of MASE7.
    """
    difference = np.abs(history[:, lag:] - history[:, :-lag]) ** power
    known = np.isfinite(difference)
    total = np.where(known, difference, 0.0).sum(axis=1)
    count = known.sum(axis=1)
    scale = np.divide(total, count, out=np.full(len(history), np.nan), where=count > 0) ** (1 / power)
    return np.where(scale > 0, scale, np.nan)


def rmse(actual: Array, forecast: Array) -> float:
    """Root mean squared error over all series and days."""
    return float(np.sqrt(_mean((forecast - actual) ** 2)))


def mae(actual: Array, forecast: Array) -> float:
    """Mean absolute error over all series and days."""
    return _mean(np.abs(forecast - actual))


def rmsse(actual: Array, forecast: Array, scale: Array) -> float:
    """Mean over series of the root mean squared error ÷ `naive_scale(history)`."""
    return _mean_over_series(np.sqrt(_mean_by_series((forecast - actual) ** 2)), scale)


def mase(actual: Array, forecast: Array, scale: Array) -> float:
    """Mean over series of the mean absolute error ÷ `naive_scale(history, lag, 1)`."""
    return _mean_over_series(_mean_by_series(np.abs(forecast - actual)), scale)


def wape(actual: Array, forecast: Array) -> float:
    """Sum of absolute errors ÷ sum of demand; NaN without demand."""
    return _ratio(np.nansum(np.abs(forecast - actual)), np.nansum(actual))


def bias(actual: Array, forecast: Array) -> float:
    """(Sum of forecasts − sum of demand) ÷ sum of demand; above 0 too much is forecast. NaN without demand."""
    return _ratio(np.nansum(forecast - actual), np.nansum(actual))


def pinball(actual: Array, quantile_forecast: Array, quantile: float) -> float:
    """Mean pinball loss of a forecast of that quantile."""
    error = actual - quantile_forecast
    return _mean(np.maximum(quantile * error, (quantile - 1) * error))


def coverage(actual: Array, lower: Array, upper: Array) -> float:
    """Share of days within [lower, upper], both ends included."""
    known = np.isfinite(actual)
    return _ratio((known & (actual >= lower) & (actual <= upper)).sum(), known.sum())


def _mean(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _mean_by_series(values: Array) -> Array:
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)


def _mean_over_series(errors: Array, scale: Array) -> float:
    scaled = errors / scale
    known = np.isfinite(scaled)
    return float(scaled[known].mean()) if known.any() else float("nan")


def _ratio(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator else float("nan")
