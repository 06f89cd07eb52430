"""Promotions: planned per fortnight three weeks ahead, with the effect they really have."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ingestion.simulation.chain import Chain
from ingestion.simulation.clock import weekday

FORTNIGHT = 14
KNOWN_AHEAD = 21
THURSDAY = 3
_DIP, _CANNIBALISM = 0.3, 0.15
_BOOST = {"price_cut": 1.1, "multibuy": 1.25, "display": 1.35}


@dataclass(frozen=True)
class Promotion:
    """One product in promotion from `starts` to `ends` inclusive; `row` is a store's, None everywhere.

    `uplift` multiplies demand while it runs, `planned` is what the buyers expect, `dip` multiplies demand for as long
    afterwards, `cannibalism` that of the product's sisters meanwhile.
    """

    promotion_id: str
    product: int
    kind: str
    percent: int
    starts: int
    ends: int
    row: int | None
    uplift: float
    planned: float
    dip: float
    cannibalism: float

    @property
    def announced(self) -> int:
        """The day the plan is published."""
        return self.starts - KNOWN_AHEAD


def first_thursday(chain: Chain) -> int:
    """The day the first promotions of the history start."""
    return chain.start + (THURSDAY - weekday(chain.start)) % 7


@lru_cache(maxsize=64)
def planned(chain: Chain, period: int) -> tuple[Promotion, ...]:
    """Promotions that start in fortnight `period` of the history."""
    if period < 0:
        return ()
    begins = first_thursday(chain) + period * FORTNIGHT
    random = chain.random("promotions", begins)
    wanted = np.array([category.promotions for category in chain.world.categories.values()])[chain.goods.category]
    active = (chain.goods.launch <= begins) & (begins + FORTNIGHT < chain.goods.last_order)
    chance = chain.world.habits.promotion_share * wanted * active
    chosen = np.flatnonzero(random.random(chain.goods.count) < chance)
    return tuple(_promotion(chain, random, int(product), begins, n) for n, product in enumerate(chosen))


def _promotion(chain: Chain, random: np.random.Generator, product: int, begins: int, number: int) -> Promotion:
    kind = str(random.choice(["price_cut", "multibuy", "display"], p=[0.6, 0.25, 0.15]))
    percent = {"price_cut": int(random.choice([10, 15, 20, 25, 33, 40])), "multibuy": 25, "display": 0}[kind]
    category = list(chain.world.categories.values())[chain.goods.category[product]]
    uplift = (1 - percent / 100) ** -category.elasticity * _BOOST[kind] * float(random.lognormal(0, 0.2))
    gain = max(0.0, 1 - 1 / uplift)
    one_store = random.random() < 0.1
    return Promotion(
        promotion_id=f"PR{(begins - chain.start) // FORTNIGHT:03d}-{number + 1:03d}",
        product=product,
        kind=kind,
        percent=percent,
        starts=begins,
        ends=begins + int(random.choice([7, 14])) - 1,
        row=int(random.integers(chain.places.depot)) if one_store else None,
        uplift=uplift,
        planned=max(1.0, uplift**0.9 * float(random.lognormal(0, 0.2))),
        dip=1 - _DIP * gain,
        cannibalism=1 - _CANNIBALISM * gain,
    )


def running(chain: Chain, day: int) -> list[Promotion]:
    """Promotions that are on this day."""
    return [promotion for promotion in _around(chain, day) if promotion.starts <= day <= promotion.ends]


def announced(chain: Chain, day: int) -> list[Promotion]:
    """Promotions published this day; on the first day all that are due already."""
    horizon = (day + KNOWN_AHEAD - first_thursday(chain)) // FORTNIGHT
    if day == chain.start:
        return [promotion for period in range(horizon + 1) for promotion in planned(chain, period)]
    return [promotion for promotion in planned(chain, horizon) if promotion.announced == day]


def effect(chain: Chain, day: int) -> np.ndarray:
    """Rows × products: what promotions do to demand, dips and cannibalism included."""
    factor = np.ones((chain.places.rows, chain.goods.count))
    for promotion in _around(chain, day):
        rows = slice(None) if promotion.row is None else promotion.row
        if promotion.starts <= day <= promotion.ends:
            factor[rows, promotion.product] *= promotion.uplift
            for sister in set(chain.goods.sisters[promotion.product].tolist()) - {promotion.product}:
                factor[rows, sister] *= promotion.cannibalism
        elif promotion.ends < day <= 2 * promotion.ends - promotion.starts + 1:
            factor[rows, promotion.product] *= promotion.dip
    return factor


def expected(chain: Chain, day: int, ahead: int) -> np.ndarray:
    """Rows × products: the mean uplift the buyers plan for over the next `ahead` days."""
    factor = np.ones((chain.places.rows, chain.goods.count))
    for promotion in _around(chain, day, ahead):
        overlap = min(promotion.ends, day + ahead) - max(promotion.starts, day + 1) + 1
        if overlap > 0:
            rows = slice(None) if promotion.row is None else promotion.row
            factor[rows, promotion.product] += (promotion.planned - 1) * overlap / ahead
    return factor


def _around(chain: Chain, day: int, ahead: int = 0) -> list[Promotion]:
    period = (day - first_thursday(chain)) // FORTNIGHT
    last = (day + ahead - first_thursday(chain)) // FORTNIGHT
    return [promotion for each in range(period - 2, last + 1) for promotion in planned(chain, each)]
