"""The classic formulas of inventory theory. Costs are per unit and period; stock that lacks is back-ordered.

Sources are named by author; the notation is that of L. V. Snyder and Z.-J. M. Shen, Fundamentals of Supply Chain
Theory, 2nd ed., Wiley 2019 (FoSCT).
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from statistics import NormalDist
from typing import NamedTuple

_NORMAL = NormalDist()


class Level(NamedTuple):
    """A stock level or order quantity in units, and what it costs per period."""

    units: float
    cost: float


class ReorderLevels(NamedTuple):
    """Order up to `order_up_to` when the position is at or below `reorder`; units."""

    reorder: float
    order_up_to: float


def newsvendor_normal(holding: float, shortage: float, mean: float, deviation: float, lead_time: float = 0) -> Level:
    """Base-stock level of least cost for normal demand, `mean` and `deviation` per period; one period of review.

    Arrow, Harris and Marschak (1951); FoSCT §4.3.2. Raises ValueError unless the costs and the deviation are above 0.
    """
    _above_zero(holding=holding, shortage=shortage, deviation=deviation)
    spread = deviation * math.sqrt(lead_time + 1)
    z = _NORMAL.inv_cdf(shortage / (shortage + holding))
    return Level(mean * (lead_time + 1) + z * spread, (holding + shortage) * _NORMAL.pdf(z) * spread)


def newsvendor_discrete(holding: float, shortage: float, chances: Sequence[float]) -> Level:
    """The same for demand of 0, 1, 2, … units with these chances: the least level that keeps the critical ratio.

    FoSCT §4.3.2.7. Raises ValueError unless the costs are above 0.
    """
    _above_zero(holding=holding, shortage=shortage)
    ratio, covered = shortage / (shortage + holding), 0.0
    for units, chance in enumerate(chances):
        covered += chance
        if covered >= ratio:
            return Level(units, newsvendor_cost(units, holding, shortage, chances))
    return Level(len(chances) - 1, newsvendor_cost(len(chances) - 1, holding, shortage, chances))


def newsvendor_cost(level: int, holding: float, shortage: float, chances: Sequence[float]) -> float:
    """Expected cost of a period that begins with `level` units, for demand of 0, 1, 2, … units with these chances."""
    return sum(
        chance * (holding * max(level - units, 0) + shortage * max(units - level, 0))
        for units, chance in enumerate(chances)
    )


def poisson_chances(mean: float) -> list[float]:
    """Chances of 0, 1, 2, … units, up to where what is left out is below 1e-13."""
    most = math.ceil(mean + 12 * math.sqrt(mean) + 12)
    return [math.exp(units * math.log(mean) - mean - math.lgamma(units + 1)) for units in range(most)]


def economic_order_quantity(fixed: float, holding: float, rate: float) -> Level:
    """Order quantity of least cost where each order costs `fixed` and demand is steady.

    Harris (1913); FoSCT §3.2. Raises ValueError unless the costs are above 0.
    """
    _above_zero(fixed=fixed, holding=holding)
    return Level(math.sqrt(2 * fixed * rate / holding), math.sqrt(2 * fixed * rate * holding))


def safety_stock(
    service_level: float, periods: float, error_deviation: float, rate: float = 0, lead_time_deviation: float = 0
) -> float:
    """Units above the expected demand of `periods` (lead time and review) that keep a cycle service level.

    z·√(P·σ² + d²·σ_L²), σ the deviation of a period's forecast error, d the demand per period, σ_L the deviation of the
    lead time in periods; errors and lead times independent. Hadley and Whitin (1963); Silver, Pyke and Thomas,
    Inventory and Production Management in Supply Chains, 4th ed. 2017, §6.10.
    """
    spread = math.sqrt(periods * error_deviation**2 + rate**2 * lead_time_deviation**2)
    return _NORMAL.inv_cdf(service_level) * spread


def power_approximation(
    holding: float, shortage: float, fixed: float, mean: float, deviation: float, lead_time: float = 0
) -> ReorderLevels:
    """(s, S) of nearly least cost for demand of this mean and deviation per period.

    Ehrhardt and Mosier (1984), Management Science 30, 618-622, without their correction for small orders; FoSCT §4.4.4.
    Raises ValueError unless the costs and the demand are above 0.
    """
    _above_zero(holding=holding, shortage=shortage, fixed=fixed, mean=mean, deviation=deviation)
    expected, spread = mean * (lead_time + 1), deviation * math.sqrt(lead_time + 1)
    batch = 1.30 * mean**0.494 * (fixed / holding) ** 0.506 * (1 + (spread / mean) ** 2) ** 0.116
    z = math.sqrt(batch * holding / (spread * shortage))
    reorder = 0.973 * expected + spread * (0.183 / z + 1.063 - 2.192 * z)
    return ReorderLevels(reorder, reorder + batch)


def best_reorder_levels(
    holding: float, shortage: float, fixed: float, chances: Sequence[float], lead_chances: Sequence[float] | None = None
) -> tuple[ReorderLevels, float]:
    """(s, S) of least cost and its cost per period, for demand of 0, 1, 2, … units per period with these chances.

    `lead_chances` are those of the demand of lead time and review, where that is more than a period. The exact
    algorithm of Zheng and Federgruen (1991), Operations Research 39, 654-665. Raises ValueError unless the costs are
    above 0 and there is demand.
    """
    _above_zero(holding=holding, shortage=shortage, fixed=fixed, demand=1 - chances[0])
    over_lead = chances if lead_chances is None else lead_chances

    @cache
    def period(level: int) -> float:
        return newsvendor_cost(level, holding, shortage, over_lead)

    cycle = _cycle_costs(fixed, chances, period)
    best = int(newsvendor_discrete(holding, shortage, over_lead).units)
    reorder = next(level for level in count(best - 1, -1) if cycle(level, best) <= period(level))
    least = cycle(reorder, best)
    for order_up_to in count(best + 1):
        if period(order_up_to) > least:
            return ReorderLevels(reorder, best), least
        if cycle(reorder, order_up_to) < least:
            best = order_up_to
            while cycle(reorder, best) <= period(reorder + 1):
                reorder += 1
            least = cycle(reorder, best)
    raise AssertionError  # the count above has no end


def _cycle_costs(fixed: float, chances: Sequence[float], period: Callable[[int], float]) -> Callable[[int, int], float]:
    """Cost per period of (s, S): what an order cycle costs by renewal, over how long it lasts."""
    visits = [1 / (1 - chances[0])]  # expected periods at S - 0, S - 1, … units before the next order

    def cycle(reorder: int, order_up_to: int) -> float:
        depth = order_up_to - reorder
        while len(visits) < depth:
            below = len(visits)
            steps = range(1, min(below, len(chances) - 1) + 1)
            visits.append(visits[0] * sum(chances[step] * visits[below - step] for step in steps))
        costs = sum(visits[below] * period(order_up_to - below) for below in range(depth))
        return (fixed + costs) / sum(visits[:depth])

    return cycle


def _above_zero(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} must be above 0, not {value}")
