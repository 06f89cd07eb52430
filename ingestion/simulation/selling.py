"""Customers take what is on the shelf; what is not there is lost, or another product is taken instead."""

from dataclasses import dataclass

import numpy as np

from ingestion.simulation.chain import Chain
from ingestion.simulation.stock import Stock
from ingestion.simulation.tickets import Lines

NO_STOCK, PHANTOM, LAST_UNITS = "no_stock", "phantom", "last_units"


@dataclass(eq=False)
class Lost:
    """Wanted and not had, in columns. `recaptured` units of another product were bought instead."""

    row: np.ndarray
    product: np.ndarray
    units: np.ndarray
    recaptured: np.ndarray
    time: np.ndarray
    cause: np.ndarray


@dataclass(eq=False)
class Sold:
    """A spell of trade: the lines that went over the till, those of them that stand in for something else, what was
    lost, and physical stock (rows × products) before and after."""

    lines: Lines
    instead: Lines
    lost: Lost
    before: np.ndarray
    after: np.ndarray


def sell(chain: Chain, random: np.random.Generator, stock: Stock, wanted: Lines) -> Sold:
    """Serve `wanted` (in time order per row) from the shelf. Takes the goods out of physical stock."""
    before = stock.physical.copy()
    left = before.copy()
    served = _serve(left, wanted.row, wanted.product, wanted.units)
    short = np.flatnonzero(served < wanted.units)
    missing = wanted.pick(short)
    missing.units = missing.units - served[short]
    instead = _substitutes(chain, random, missing)
    instead.units = _serve(left, instead.row, instead.product, instead.units)
    lost = _lost(stock, missing, instead.units, served[short])
    stock.take(before - left)
    bought = wanted.pick(served > 0)
    bought.units = served[served > 0]
    instead = instead.pick(instead.units > 0)
    return Sold(bought.joined(instead), instead, lost, before, left)


def _serve(left: np.ndarray, row: np.ndarray, product: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Units each line gets, first come first served per row and product; `left` shrinks by them."""
    key = row * left.shape[1] + product
    order = np.argsort(key, kind="stable")
    cumulative = np.cumsum(units[order])
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    before = cumulative - units[order]
    before -= np.repeat(before[starts], np.diff(starts, append=len(order)))
    got = np.empty_like(units)
    got[order] = np.clip(left.ravel()[key[order]] - before, 0, units[order])
    np.subtract.at(left.ravel(), key, got)
    return got


def _substitutes(chain: Chain, random: np.random.Generator, missing: Lines) -> Lines:
    """What they would take instead: nothing for most, a sister of the product for some."""
    choice = random.integers(chain.goods.sisters.shape[1], size=len(missing))
    willing = random.random(len(missing)) < chain.world.habits.substitution
    sister = chain.goods.sisters[missing.product, choice]
    willing &= sister != missing.product
    instead = missing.pick(np.arange(len(missing)))
    instead.product = np.where(willing, sister, missing.product)
    instead.units = np.where(willing, missing.units, 0)
    return instead


def _lost(stock: Stock, missing: Lines, recaptured: np.ndarray, served: np.ndarray) -> Lost:
    believed = stock.book[missing.row, missing.product] > stock.physical[missing.row, missing.product]
    cause = np.where(served > 0, LAST_UNITS, np.where(believed, PHANTOM, NO_STOCK))
    return Lost(missing.row, missing.product, missing.units, recaptured, missing.time, cause)
