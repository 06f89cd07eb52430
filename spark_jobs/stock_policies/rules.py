"""Rules that turn a series' past into a stock level, each with one parameter that can be tuned.

A rule gives a level per series and value of its parameter; replaying all of them at once shows which value costs least.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from spark_jobs.stock_policies.history import known_or, period_sums, window_deviation, window_mean
from spark_jobs.stock_policies.replay import Terms


class Rule(Protocol):
    """A stock policy. `name` is what results are filed under."""

    name: str
    parameters: tuple[float, ...]
    untuned: float  # the parameter where nothing is tuned

    def levels(self, units: np.ndarray, terms: Terms) -> np.ndarray:
        """Order-up-to levels, series × parameters, from demand known so far (series × days)."""
        ...


@dataclass(frozen=True)
class SafetyStock:
    """Mean of lead time and review plus z times its spread, that of the lead time included."""

    window_days: int = 91
    name: str = "safety stock formula"
    parameters: tuple[float, ...] = tuple(np.arange(0, 4.01, 0.05).round(2).tolist())
    untuned: float = 1.65

    def levels(self, units: np.ndarray, terms: Terms) -> np.ndarray:
        """d·P + z·√(P·σ² + d²·σ_L²), as `formulas.safety_stock`."""
        mean, deviation = window_mean(units, self.window_days), window_deviation(units, self.window_days)
        periods = terms.protection_days
        spread = np.sqrt(periods * deviation**2 + (mean * terms.lead_deviation) ** 2)
        return (mean * periods)[:, None] + spread[:, None] * np.array(self.parameters)


@dataclass(frozen=True)
class SeenPeriods:
    """The quantile of what as many days brought lately."""

    window_days: int = 182
    name: str = "quantile of periods seen"
    parameters: tuple[float, ...] = tuple(np.arange(0.5, 1.0, 0.01).round(2).tolist())
    untuned: float = 0.95

    def levels(self, units: np.ndarray, terms: Terms) -> np.ndarray:
        """Quantiles of the sums of lead time and review; the mean's multiple where too little is known."""
        found = np.empty((len(units), len(self.parameters)))
        periods = np.broadcast_to(terms.protection_days, len(units))
        for days in np.unique(periods):
            rows = periods == days
            sums = period_sums(units[rows][:, -self.window_days :], int(days))
            mean = window_mean(units[rows], self.window_days)[:, None] * days
            found[rows] = np.quantile(known_or(sums, mean), self.parameters, axis=1).T
        return found


@dataclass(frozen=True)
class Buyers:
    """What buyers do without all this: a smoothed rate, and a spread that is the same guess for every item."""

    name: str = "incumbent rule"
    parameters: tuple[float, ...] = (1.65,)
    untuned: float = 1.65

    def levels(self, units: np.ndarray, terms: Terms) -> np.ndarray:
        """m + z·√(1.7·m + (0.2·m)²), m the demand of lead time and review at the rate of the last four weeks."""
        mean = window_mean(units, 28) * terms.protection_days
        return (mean[:, None] + np.sqrt(1.7 * mean + (0.2 * mean) ** 2)[:, None] * np.array(self.parameters)).round()


def of_name(rules: Sequence[Rule], name: str) -> Rule:
    """The rule of that name."""
    return next(rule for rule in rules if rule.name == name)
