"""Rows to learn the demand of lead time and review from: what an evening knew, and what really came after it."""

from dataclasses import dataclass

import numpy as np

from spark_jobs.stock_policies.history import features, period_sums

EVERY_DAYS = 9  # not a multiple of 7, so that every weekday teaches
BACK_DAYS = 364
LEAST_KNOWN_DAYS = 56


@dataclass(frozen=True)
class Examples:
    """Rows of features, with the units that are usual and that came."""

    names: tuple[str, ...]
    rows: np.ndarray  # rows × features
    usual: np.ndarray  # level × days
    came: np.ndarray

    @property
    def ratio(self) -> np.ndarray:
        """What came ÷ what is usual."""
        return self.came / self.usual


def questions(units: np.ndarray, known: np.ndarray, period: int) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Names, rows (series × evenings × features) and usual units (series × evenings)."""
    found, level = features(units, known, period)
    return tuple(found), np.stack(list(found.values()), axis=2), level * period


def examples(units: np.ndarray, period: int) -> Examples:
    """Evenings of the year before the last day known, each with the period that follows it and is over."""
    last = units.shape[1] - period
    evenings = np.arange(last, max(last - BACK_DAYS, 0), -EVERY_DAYS)[::-1]
    names, rows, usual = questions(units, evenings, period)
    came = period_sums(units, period)[:, evenings]
    days_known = np.cumsum(np.isfinite(units), axis=1)[:, evenings - 1]
    teach = (days_known >= LEAST_KNOWN_DAYS) & np.isfinite(came)
    return Examples(names, rows[teach], usual[teach], came[teach])
