"""The incumbent's reorder rule: decent, and wrong in the ways such rules are; or levels that somebody advises."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ingestion.simulation import promotions
from ingestion.simulation.chain import Chain
from ingestion.simulation.demand import base_demand, calendar_factor
from ingestion.simulation.places import iso_days
from ingestion.simulation.state import State

DEPOT_LEAD = 2
LAUNCH_AHEAD = 3
_TRAILING, _AHEAD, _DEPOT_AHEAD = 25, 5, 14
_SEASON_TRUST = 0.8


@dataclass(eq=False)
class Levels:
    """Rows × products: expected units a day, when to order, up to where, and the stock position."""

    rate: np.ndarray
    reorder_point: np.ndarray
    order_up_to: np.ndarray
    position: np.ndarray


def first_guess(chain: Chain) -> np.ndarray:
    """Sales rates the buyers start from: what they know of old products, a guess for new ones."""
    random = chain.random("first guess")
    spread = np.where(chain.goods.launch > chain.start, 0.5, 0.15)
    return (
        base_demand(chain)
        * random.lognormal(0, spread, chain.ranged_from.shape)
        * (chain.ranged_from < chain.ranged_to)
    )


def learn(chain: Chain, state: State, day: int, sold: np.ndarray, open_rows: np.ndarray) -> None:
    """Smooth the day's sales into the rates, where the book says there was something to sell."""
    planned = promotions.expected(chain, day - 1, 1)
    known = chain.is_ranged(day) & open_rows[:, None] & ((sold > 0) | (state.stock.book > 0))
    step = chain.world.buying.smoothing * (sold / planned - state.sales_rate)
    state.sales_rate += np.where(known, step, 0.0)


def levels(chain: Chain, state: State, day: int) -> Levels:
    """Reorder point and order-up-to level of every pair, tonight: by the file of levels where there is one."""
    depot = chain.places.depot
    rate = state.sales_rate * _ahead(chain, day, _AHEAD)
    rate[depot] = (state.sales_rate * _ahead(chain, day, _DEPOT_AHEAD)).sum(axis=0)
    mean = rate * _cover(chain)
    safety = np.full(chain.places.rows, chain.world.buying.safety)
    safety[depot] = chain.world.buying.depot_safety
    spread = np.sqrt(1.7 * mean + (0.2 * mean) ** 2)
    caution = safety[:, None] * np.where(_perishes(chain), np.minimum(1, chain.goods.shelf_life / 14), 1)
    reorder = np.maximum(np.rint(mean + caution * spread), _presentation(chain))
    up_to = np.maximum(reorder + 1, np.ceil(rate * _target_days(chain)))
    lasting = np.where(_perishes(chain), np.maximum(1, chain.goods.shelf_life * 0.7), 1e6)
    up_to = np.minimum(up_to, np.maximum(np.ceil(rate * lasting), 1))
    reorder = np.minimum(reorder, up_to)
    if state.advice:
        advised, advised_up_to = state.advice.on(day)
        reorder = np.where(np.isnan(advised), reorder, advised)
        up_to = np.where(np.isnan(advised_up_to), up_to, advised_up_to)
    return Levels(rate, np.floor(reorder).astype(int), np.ceil(up_to).astype(int), _position(chain, state))


def orderable(chain: Chain, day: int) -> np.ndarray:
    """Rows × products that may be ordered tonight: carried or about to be, not running out."""
    depot = chain.places.depot
    ahead = np.full(chain.ranged_from.shape, LAUNCH_AHEAD)
    ahead[depot] = chain.lead[chain.supplier] + 7
    last = np.where(chain.direct[None, :], chain.goods.last_order, chain.goods.delisted - 10)
    last = np.minimum(last, chain.ranged_to - 10)
    last[depot] = chain.goods.last_order
    since = np.maximum(chain.ranged_from - ahead, chain.places.opened[:, None])
    return (since <= day) & (day < last)


def may_order(chain: Chain, day: int) -> np.ndarray:
    """Rows × products whose source takes orders tonight."""
    weekday = day % 7
    suppliers = np.array([weekday in days for days in chain.order_days])[chain.supplier]
    stores = np.where(chain.direct, suppliers, weekday in iso_days(chain.world.buying.store_orders))
    allowed = np.repeat(stores[None, :], chain.places.rows, axis=0)
    allowed[chain.places.depot] = suppliers & ~chain.direct
    return allowed


def _ahead(chain: Chain, day: int, days: int) -> np.ndarray:
    """What season, feasts and promotions will do to the trailing rate."""
    trailing = np.mean([calendar_factor(chain, day - back) for back in range(_TRAILING)], axis=0)
    coming = np.mean([calendar_factor(chain, day + 1 + n) for n in range(days)], axis=0)
    season = (coming / trailing) ** _SEASON_TRUST
    return season[chain.goods.category][None, :] * promotions.expected(chain, day, days)


def _position(chain: Chain, state: State) -> np.ndarray:
    position = np.maximum(state.stock.book, 0) + state.on_order
    for line in state.to_pick:
        position[chain.places.depot, line.product] -= line.ordered
    return position


@lru_cache(maxsize=4)
def _cover(chain: Chain) -> np.ndarray:
    """Rows × products: days from one order until the goods of the next one are there."""
    review = np.array([7 / len(days) for days in chain.order_days])[chain.supplier]
    direct = chain.lead[chain.supplier] + review
    stores = np.where(chain.direct, direct, DEPOT_LEAD + 7 / len(iso_days(chain.world.buying.store_orders)))
    cover = np.repeat(stores[None, :], chain.places.rows, axis=0).astype(float)
    cover[chain.places.depot] = direct + 1
    return cover


def _perishes(chain: Chain) -> np.ndarray:
    return (chain.goods.shelf_life > 0)[None, :]


@lru_cache(maxsize=4)
def _presentation(chain: Chain) -> np.ndarray:
    """Rows × products: units a shelf should never show less than; none in the depot."""
    least = np.maximum(chain.world.buying.presentation, np.ceil(chain.goods.pack / 3))
    least = np.where(chain.goods.shelf_life > 0, 1, least)
    shown = np.repeat(least[None, :], chain.places.rows, axis=0)
    shown[chain.places.depot] = 1
    return shown


@lru_cache(maxsize=4)
def _target_days(chain: Chain) -> np.ndarray:
    """Rows × products: days of sales an order brings the position up to."""
    days = np.where(chain.goods.shelf_life > 0, 0.0, chain.world.buying.shelf_days)
    target = np.repeat(days[None, :], chain.places.rows, axis=0)
    target[chain.places.depot] = _cover(chain)[chain.places.depot] + np.where(chain.goods.shelf_life > 0, 4, 14)
    return target
