"""Prices and costs as they move: suppliers raise theirs, the chain follows, what goes is cleared."""

from datetime import date

import numpy as np

from ingestion.simulation.clock import weekday
from ingestion.simulation.money import PENNY, without_tax
from ingestion.simulation.today import Today

_MONTHS = 12
_CLEARANCE = 0.7


def move_costs(today: Today) -> list[int]:
    """On the first Monday of a month some suppliers' costs change. Returns the products concerned."""
    if not _first(today.day, 0):
        return []
    random, goods = today.random("costs"), today.chain.goods
    habits = today.chain.world.habits
    changing = np.flatnonzero((random.random(goods.count) < habits.cost_change_rate) & _alive(today))
    step = random.normal(habits.inflation / _MONTHS / habits.cost_change_rate, 0.03, len(changing))
    today.state.cost[changing] = np.maximum(1, np.rint(today.state.cost[changing] * np.exp(step))).astype(np.int64)
    return changing.tolist()


def move_prices(today: Today) -> list[int]:
    """On the first Tuesday of a month prices follow costs; products that go are cleared. Returns those concerned."""
    clearing = np.flatnonzero(today.chain.goods.last_order == today.day)
    for product in clearing:
        _set_price(today, int(product), float(today.state.price[product]) * _CLEARANCE)
    if not _first(today.day, 1):
        return clearing.tolist()
    random, goods = today.random("prices"), today.chain.goods
    wanted = today.state.cost / (1 - goods.margin)
    off = np.abs(wanted / today.state.price - 1)
    chance = today.chain.world.habits.price_change_rate * (1 + 20 * off)
    regular = _alive(today) & (today.day < goods.last_order)
    changing = np.flatnonzero((random.random(goods.count) < chance) & regular)
    for product, noise in zip(changing, random.lognormal(0, 0.015, len(changing)), strict=True):
        _set_price(today, int(product), float(wanted[product] * noise))
    return sorted({*clearing.tolist(), *changing.tolist()})


def _set_price(today: Today, product: int, wanted: float) -> None:
    """The nearest shelf price with tax that ends on 0, 5 or 9."""
    tax = int(today.chain.goods.tax[product])
    pennies = max(5, round(wanted * (100 + tax) / 100 / PENNY))
    while pennies % 10 not in (0, 5, 9):
        pennies += 1
    today.state.price[product] = without_tax(pennies * PENNY, tax)


def _alive(today: Today) -> np.ndarray:
    return (today.chain.goods.launch <= today.day) & (today.day < today.chain.goods.delisted)


def _first(day: int, wanted: int) -> bool:
    """Whether the day is the first such weekday of its month."""
    return weekday(day) == wanted and date.fromordinal(day).day <= 7
