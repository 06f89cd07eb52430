"""How small a p-value each look at an experiment asks for, so that all looks together err in 5 % of cases.

Lan and DeMets (Discrete Sequential Boundaries for Clinical Trials, 1983) spend the error over looks; spent as O'Brien
and Fleming do, early looks ask for much and the last for little more than a single one would. Exits are worked out by
the recursion of Armitage, McPherson and Rowe (1969).
"""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(400)
_FARTHEST = 9.0  # standard deviations: what is spent beyond is nothing


def nominal_p_values(looks: int, alpha: float = 0.05) -> np.ndarray:
    """Two-sided p-value of each of so many equally spaced looks at which to stop."""
    return 2 * norm.sf(boundaries(looks, alpha))


def boundaries(looks: int, alpha: float = 0.05) -> np.ndarray:
    """The same as standardised differences."""
    times = np.arange(1, looks + 1) / looks
    spent = np.diff(2 * norm.sf(norm.isf(alpha / 4) / np.sqrt(times)), prepend=0.0)  # on either side
    places, mass = np.zeros(1), np.ones(1)  # of the sum of differences, while nobody has stopped
    step, found = np.sqrt(1 / looks), []
    for time, budget in zip(times, spent, strict=True):
        limit = _limit(places, mass, step, budget, _FARTHEST * np.sqrt(time))
        found.append(limit / np.sqrt(time))
        next_places = limit * _NODES
        density = norm.pdf((next_places[:, None] - places[None, :]) / step) / step @ mass
        places, mass = next_places, density * limit * _WEIGHTS
    return np.array(found)


def _limit(places: np.ndarray, mass: np.ndarray, step: float, budget: float, farthest: float) -> float:
    """The height that is exceeded at the next look with this probability."""

    def too_much(height: float) -> float:
        return float(norm.sf((height - places) / step) @ mass) - budget

    return farthest if too_much(farthest) > 0 else float(brentq(too_much, 0, farthest, xtol=1e-12))
