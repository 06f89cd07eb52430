"""Gradient-boosted trees with a quantile loss that learn the demand that really came over lead time and review.

Which quantile to stock is the parameter, chosen by replaying cost: with lost sales the cheapest is not p ÷ (p + h).
"""

import hashlib
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import xgboost

from spark_jobs.stock_policies.examples import examples, questions
from spark_jobs.stock_policies.replay import Terms
from spark_jobs.stock_policies.rules import Levels, SafetyStock

SEED = 20260101
QUANTILES = (0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975)
CAPS = (np.inf, 2.0, 1.5)
_ROUNDS = 60
_TREES = {
    "objective": "reg:quantileerror",
    "max_depth": 5,
    "eta": 0.1,
    "min_child_weight": 20,
    "subsample": 0.7,
    "colsample_bytree": 0.6,
    "tree_method": "hist",
    "nthread": 1,  # two threads on two busy cores wait for each other fifty times as long as they work
    "seed": SEED,
}


@dataclass
class BoostedQuantiles:
    """The rule; one model per length of the period. It remembers what it has learnt from the same days."""

    name: str = "boosted quantiles"
    parameters: tuple[float, ...] = QUANTILES
    untuned: float = 0.95
    caps: tuple[float, ...] = CAPS
    _learnt: dict[tuple[int, str], xgboost.Booster] = field(default_factory=dict)

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """Quantiles of demand by evening."""
        periods = np.broadcast_to(terms.protection_days, len(units))
        models = {int(period): self._model(units, int(period)) for period in np.unique(periods)}

        def levels(units: np.ndarray, known: np.ndarray) -> np.ndarray:
            found = np.empty((len(units), len(known), len(self.parameters)))
            for period, model in models.items():
                found[periods == period] = _quantiles(model, units[periods == period], known, period)
            return found

        return levels

    def _model(self, units: np.ndarray, period: int) -> xgboost.Booster:
        key = (period, _fingerprint(units))
        if key not in self._learnt:
            seen = examples(units, period)
            # A ratio weighs as much as its units, so that the loss is that of units.
            rows = xgboost.QuantileDMatrix(seen.rows.astype(np.float32), label=seen.ratio, weight=seen.usual)
            trees = _TREES | {"quantile_alpha": np.array(self.parameters)}
            self._learnt[key] = xgboost.train(trees, rows, _ROUNDS)
        return self._learnt[key]


def _fingerprint(units: np.ndarray) -> str:
    """Of what is learnt from: two panels of one shape are two."""
    return hashlib.blake2b(np.ascontiguousarray(units).tobytes() + repr(units.shape).encode()).hexdigest()


def _quantiles(model: xgboost.Booster, units: np.ndarray, known: np.ndarray, period: int) -> np.ndarray:
    """Series × evenings × quantiles, which do not cross."""
    _, rows, usual = questions(units, known, period)
    ratios = model.predict(xgboost.DMatrix(rows.reshape(-1, rows.shape[2]).astype(np.float32)))
    return np.maximum(np.sort(ratios, axis=1), 0).reshape(*usual.shape, -1) * usual[:, :, None]


@dataclass
class LearnedAndFormula:
    """The mean of what the trees say and of what the formula says at the same service level."""

    trees: BoostedQuantiles
    formula: SafetyStock = field(default_factory=SafetyStock)
    name: str = "mean of trees and formula"
    untuned: float = 0.95
    caps: tuple[float, ...] = CAPS

    @property
    def parameters(self) -> tuple[float, ...]:
        """Service levels."""
        return self.trees.parameters

    def learn(self, units: np.ndarray, terms: Terms) -> Levels:
        """Both learn, both are asked."""
        learnt = self.trees.learn(units, terms)
        safety = tuple(NormalDist().inv_cdf(level) for level in self.parameters)
        formula = SafetyStock(self.formula.window_days, parameters=safety).learn(units, terms)
        return lambda units, known: (learnt(units, known) + formula(units, known)) / 2
