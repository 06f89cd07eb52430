"""Intervals from the errors of the last closed window (split-conformal, Papadopoulos et al. 2002; Lei et al. 2018).

An error counts in units of the series' own spread, so that one quantile serves series of every size. Classes have
quantiles of their own where they have enough errors, because most days of a slow seller are zeros.
"""

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
COVERAGE = 0.9
_LEAST_ERRORS = 500
_SPREAD_DAYS = 91
_LEAST_SPREAD = 0.05


def spreads(history: Array) -> Array:
    """(series,) root mean squared deviation of the last days from their mean, never below a floor."""
    last = history[:, -_SPREAD_DAYS:]
    known = np.isfinite(last)
    count = np.maximum(known.sum(axis=1), 1)
    mean = np.where(known, last, 0).sum(axis=1) / count
    squares = np.where(known, (last - mean[:, None]) ** 2, 0).sum(axis=1) / count
    return np.maximum(np.sqrt(squares), _LEAST_SPREAD)


@dataclass(frozen=True)
class Calibration:
    """Scaled errors of a window that is over, by class; '' holds all of them."""

    errors: dict[str, Array]

    def interval(self, forecast: Array, spread: Array, classes: Array) -> tuple[Array, Array]:
        """(series, days) lower and upper ends that hold 90 % of days."""
        width = self._by_class(classes, lambda errors: _conformal_quantile(np.abs(errors), COVERAGE)) * spread
        return np.maximum(forecast - width[:, None], 0.0), forecast + width[:, None]

    def quantile(self, forecast: Array, spread: Array, classes: Array, level: float) -> Array:
        """(series, days) units that demand stays within with this probability."""
        above = self._by_class(classes, lambda errors: _conformal_quantile(errors, level)) * spread
        return np.maximum(forecast + above[:, None], 0.0)

    def _by_class(self, classes: Array, measure) -> Array:
        found = {name: measure(errors) for name, errors in self.errors.items()}
        return np.array([found.get(name, found[""]) for name in classes])


def calibrate(actual: Array, forecast: Array, spread: Array, classes: Array) -> Calibration:
    """From a window (series, days) that is over; NaN in `actual` counts for nothing."""
    scaled = (actual - forecast) / spread[:, None]
    known = np.isfinite(scaled)
    by_class = {name: scaled[classes == name][known[classes == name]] for name in np.unique(classes)}
    enough = {str(name): errors for name, errors in by_class.items() if len(errors) >= _LEAST_ERRORS}
    return Calibration(enough | {"": scaled[known]})


def _conformal_quantile(errors: Array, level: float) -> float:
    """The error of rank ceil((n + 1) level): at least that share of new errors lies within, if they come alike."""
    if not len(errors):
        return 0.0
    rank = min(int(np.ceil((len(errors) + 1) * level)), len(errors))
    return float(np.partition(errors, rank - 1)[rank - 1])
