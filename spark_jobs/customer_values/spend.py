"""How much a purchase is worth: Gamma-Gamma (Fader and Hardie, The Gamma-Gamma Model of Monetary Value, 2013).

Amounts of a customer's purchases vary as a gamma distribution around a mean of the customer's own; those means vary
between customers. How much a customer spends is taken not to depend on how often.
"""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from spark_jobs.customer_values.history import History

_START = np.zeros(3)  # logarithms of p, q and gamma
_BOUNDS = [(-8, 12)] * 3


@dataclass(frozen=True)
class SpendModel:
    """Shape of a customer's amounts, and shape and rate (money) of the gamma of their rates."""

    p: float
    q: float
    gamma: float

    @classmethod
    def fit(cls, history: History) -> "SpendModel":
        """The likeliest parameters, by customers who came back and spent something."""
        told = history.where((history.repeats > 0) & (history.spend > 0))
        unit = float(told.spend.mean())  # so that the same start does for any currency
        scaled = History(told.repeats, told.recency, told.age, told.spend / unit)
        best = minimize(
            lambda logs: -cls(*np.exp(logs)).log_likelihood(scaled).mean(),
            _START,
            method="L-BFGS-B",
            bounds=_BOUNDS,
            options={"maxiter": 500, "ftol": 1e-13},
        )
        p, q, gamma = (float(value) for value in np.exp(best.x))
        return cls(p, q, gamma * unit)

    @property
    def parameters(self) -> dict[str, float]:
        """By name."""
        return asdict(self)

    def log_likelihood(self, history: History) -> np.ndarray:
        """Of the mean amount of each customer, who came back and spent something."""
        x, spend = history.repeats, history.spend
        shape = self.p * x
        return (
            gammaln(shape + self.q)
            - gammaln(shape)
            - gammaln(self.q)
            + self.q * np.log(self.gamma)
            + (shape - 1) * np.log(spend)
            + shape * np.log(x)
            - (shape + self.q) * np.log(self.gamma + x * spend)
        )

    def expected_spend(self, history: History) -> np.ndarray:
        """Mean amount of a purchase to come: between the customer's own mean and everybody's."""
        spent = np.maximum(history.repeats * history.spend, 0)
        return self.p * (self.gamma + spent) / (self.p * history.repeats + self.q - 1)
