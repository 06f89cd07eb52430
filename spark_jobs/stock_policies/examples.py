"""Rows to learn the demand of lead time and review from: what was known at an origin, and what really came after it."""

from dataclasses import dataclass

import numpy as np

from spark_jobs.stock_policies.history import features, level, period_sums

EVERY_DAYS = 14
BACK_DAYS = 364
OFFSETS = (0, 7, 14, 21)  # a level holds for 28 days: an order of any of them has to last
LEAST_KNOWN_DAYS = 56


@dataclass(frozen=True)
class Examples:
    """Rows of features, with the demand that came as a multiple of `usual` (level × days)."""

    names: tuple[str, ...]
    rows: np.ndarray  # rows × features
    usual: np.ndarray  # units
    target: np.ndarray  # units

    @property
    def ratio(self) -> np.ndarray:
        """What came ÷ what is usual."""
        return self.target / self.usual


def questions(units: np.ndarray, period: int) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Names, rows and usual units of every series at the end of the days known."""
    found = features(units, period)
    return tuple(found), np.column_stack(list(found.values())), level(units) * period


def examples(units: np.ndarray, period: int) -> Examples:
    """Origins of the year before the last day known, each with the periods that follow it and are over."""
    days = units.shape[1]
    sums = period_sums(units, period)
    rows, usual, target = [], [], []
    names: tuple[str, ...] = ()
    for origin in range(days - period, max(days - period - BACK_DAYS, LEAST_KNOWN_DAYS), -EVERY_DAYS):
        known = np.isfinite(units[:, :origin]).sum(axis=1) >= LEAST_KNOWN_DAYS
        names, asked, expected = questions(units[:, :origin], period)
        for offset in OFFSETS:
            if origin + offset + period <= days:
                rows.append(asked[known])
                usual.append(expected[known])
                target.append(sums[known, origin + offset])
    return Examples(names, np.concatenate(rows), np.concatenate(usual), np.concatenate(target))
