"""Customers who leave whether they buy or not: the Pareto/NBD of Schmittlein, Morrison, Colombo (1987) with one rate.

While a customer is there, purchases come as a Poisson process; rates differ between customers as a gamma distribution.
Each customer leaves after a time that is exponential, with the same rate for all: the Pareto/NBD where leaving rates
do not differ. What is left is one integral over the instant of leaving.
"""

from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, logsumexp

from spark_jobs.customer_values.history import History

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_BOUNDS = [(-8, 8), (-8, 8), (-18, 4)]  # beyond, a distribution is a point


@dataclass(frozen=True)
class ExponentialNbd:
    """Shape and rate (in units of time) of the gamma of purchase rates, and the rate of leaving per unit of time."""

    name: ClassVar[str] = "exponential/NBD"
    r: float
    alpha: float
    mu: float

    @classmethod
    def fit(cls, history: History) -> "ExponentialNbd":
        """The likeliest parameters."""
        longest = max(float(history.age.max()), 1e-9)
        best = minimize(
            lambda logs: -cls(*np.exp(logs)).log_likelihood(history).mean(),
            [0.0, np.log(longest / 20), -np.log(longest)],
            method="L-BFGS-B",
            bounds=_BOUNDS,
            options={"maxiter": 500, "ftol": 1e-12},
        )
        return cls(*(float(value) for value in np.exp(best.x)))

    @property
    def parameters(self) -> dict[str, float]:
        """By name."""
        return asdict(self)

    def log_likelihood(self, history: History) -> np.ndarray:
        """Of each customer."""
        x, age = history.repeats, history.age
        rates = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha)
        alive = rates - self.mu * age - (self.r + x) * np.log(self.alpha + age)
        return alive + np.logaddexp(0, self._log_odds_left(history))

    def chance_alive(self, history: History) -> np.ndarray:
        """That a customer has not left by now."""
        return np.exp(-np.logaddexp(0, self._log_odds_left(history)))

    def expected_purchases(self, history: History, duration: float) -> np.ndarray:
        """Mean number of purchases of each customer in the `duration` after now, in the history's unit of time."""
        rate = (self.r + history.repeats) / (self.alpha + history.age)
        return self.chance_alive(history) * rate * -np.expm1(-self.mu * duration) / self.mu

    def _log_odds_left(self, history: History) -> np.ndarray:
        """Left at any instant since the last purchase, against still there, by Gauss and Legendre's quadrature."""
        silent = (history.age - history.recency)[:, None]
        since = silent * (1 - _NODES) / 2  # from the instant of leaving to now
        age, shape = history.age[:, None], (self.r + history.repeats)[:, None]
        log_density = np.log(self.mu) + self.mu * since - shape * np.log1p(-since / (self.alpha + age))
        with np.errstate(divide="ignore"):
            return logsumexp(log_density + np.log(silent * _WEIGHTS / 2), axis=1)
