"""Customers who may leave after each purchase: BG/NBD (Fader, Hardie, Lee, Counting Your Customers the Easy Way, 2005).

While a customer is there, purchases come as a Poisson process; after each the customer may leave for good. Rates differ
between customers as a gamma distribution, chances of leaving as a beta distribution.
"""

from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from spark_jobs.customer_values.history import History

_START = np.zeros(4)  # logarithms of r, alpha, a and b
_BOUNDS = [(-8, 8)] * 4  # beyond, a distribution is a point


@dataclass(frozen=True)
class BgNbd:
    """Shape and rate (in units of time) of the gamma of purchase rates, and both shapes of the beta of leaving."""

    name: ClassVar[str] = "BG/NBD"
    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def fit(cls, history: History) -> "BgNbd":
        """The likeliest parameters."""
        best = minimize(
            lambda logs: -cls(*np.exp(logs)).log_likelihood(history).mean(),
            _START,
            method="L-BFGS-B",
            bounds=_BOUNDS,
            options={"maxiter": 500, "ftol": 1e-13},
        )
        return cls(*(float(value) for value in np.exp(best.x)))

    @property
    def parameters(self) -> dict[str, float]:
        """By name."""
        return asdict(self)

    def log_likelihood(self, history: History) -> np.ndarray:
        """Of each customer."""
        return self._alive_part(history) + np.logaddexp(0, self._log_odds_left(history))

    def chance_alive(self, history: History) -> np.ndarray:
        """That a customer has not left by now. Who never came back cannot have left: leaving follows a purchase."""
        return 1 / (1 + np.exp(self._log_odds_left(history)))

    def expected_purchases(self, history: History, duration: float) -> np.ndarray:
        """Mean number of purchases of each customer in the `duration` after now, in the history's unit of time."""
        x, age = history.repeats, history.age
        shape, total = self.b + x, self.a + self.b + x - 1
        share = (self.alpha + age) / (self.alpha + age + duration)
        series = hyp2f1(self.r + x, shape, total, duration / (self.alpha + age + duration))
        return total / (self.a - 1) * (1 - share ** (self.r + x) * series) * self.chance_alive(history)

    def _alive_part(self, history: History) -> np.ndarray:
        x = history.repeats
        rates = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha)
        stayed = betaln(self.a, self.b + x) - betaln(self.a, self.b)
        return rates + stayed - (self.r + x) * np.log(self.alpha + history.age)

    def _log_odds_left(self, history: History) -> np.ndarray:
        x = history.repeats
        with np.errstate(divide="ignore"):
            came_back = np.where(x > 0, 0.0, -np.inf)
        gone = np.log(self.a / (self.b + np.maximum(x, 1) - 1))
        return came_back + gone + (self.r + x) * np.log((self.alpha + history.age) / (self.alpha + history.recency))
