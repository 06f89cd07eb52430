"""Rules that turn a series' past into a stock level each evening, each with one parameter that can be tuned.

A rule gives a level per series, evening and value of its parameter; replaying all of them at once shows which value
costs least.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol

import numpy as np

from spark_jobs.stock_policies.history import Past
from spark_jobs.stock_policies.replay import Terms

_NORMAL = NormalDist()

Levels = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From units (series × days) and the numbers of days known on each evening: series × evenings × parameters."""


class Rule(Protocol):
    """A stock policy. `name` is what results are filed under."""

    name: str
    parameters: tuple[float, ...]
    untuned: float  # the parameter where nothing is tuned

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """What it makes of demand known so far (series × days); frozen, it may be asked on later evenings."""
        ...


@dataclass(frozen=True)
class SafetyStock:
    """Mean of lead time and review plus z times its spread, that of the lead time included."""

    window_days: int = 28
    name: str = "safety stock formula"
    parameters: tuple[float, ...] = tuple(np.arange(0, 3.51, 0.05).round(2).tolist())
    untuned: float = 1.65

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """d·P + z·√(P·σ² + d²·σ_L²), as `formulas.safety_stock`; d and σ of the last days of each evening."""
        periods, lead_deviation = _by_evening(terms.protection_days), _by_evening(terms.lead_deviation)

        def levels(units: np.ndarray, known: np.ndarray) -> np.ndarray:
            past = Past(units, known)
            mean, deviation = past.mean(self.window_days), past.deviation(self.window_days)
            spread = np.sqrt(periods * deviation**2 + (mean * lead_deviation) ** 2)
            return (mean * periods)[:, :, None] + spread[:, :, None] * np.array(self.parameters)

        return levels


@dataclass(frozen=True)
class ServiceByMoney:
    """The same, with z of each item's own critical ratio: what lacks is dear for one, what lies there for another.

    The parameter multiplies z. A unit that is left over costs its holding, and of what perishes its share of the waste.
    """

    window_days: int = 56
    name: str = "safety stock by money"
    parameters: tuple[float, ...] = tuple(np.arange(0, 2.01, 0.05).round(2).tolist())
    untuned: float = 1.0

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """d·P + k·z·√(P·σ² + d²·σ_L²), z of lost ÷ (lost + holding + waste ÷ life)."""
        over = np.broadcast_to(terms.holding + terms.waste / np.maximum(terms.life_days, 1), len(units))
        ratio = np.clip(terms.lost / np.maximum(terms.lost + over, 1e-12), 0.5, 0.9999)
        z = np.array([_NORMAL.inv_cdf(each) for each in np.broadcast_to(ratio, len(units))])
        one = SafetyStock(self.window_days, parameters=(0.0, 1.0)).learn(units, terms)

        def levels(units: np.ndarray, known: np.ndarray) -> np.ndarray:
            mean, upper = np.moveaxis(one(units, known), 2, 0)
            return mean[:, :, None] + ((upper - mean) * z[:, None])[:, :, None] * np.array(self.parameters)

        return levels


@dataclass(frozen=True)
class Buyers:
    """What buyers do without all this: a smoothed rate, and a spread that is the same guess for every item."""

    name: str = "incumbent rule"
    parameters: tuple[float, ...] = (1.65,)
    untuned: float = 1.65

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """m + z·√(1.7·m + (0.2·m)²), m the demand of lead time and review at the smoothed rate."""
        periods = _by_evening(terms.protection_days)

        def levels(units: np.ndarray, known: np.ndarray) -> np.ndarray:
            mean = Past(units, known).decayed(20) * periods
            spread = np.sqrt(1.7 * mean + (0.2 * mean) ** 2)
            return np.rint(mean[:, :, None] + spread[:, :, None] * np.array(self.parameters))

        return levels


def _by_evening(value: float | np.ndarray) -> np.ndarray:
    """A value per series, beside evenings; one value for all stays one."""
    array = np.asarray(value)
    return array[:, None] if array.ndim == 1 else array
