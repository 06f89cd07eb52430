"""Stock counts: a slice every morning, a look at empty shelves, everything once a year."""

import numpy as np

from ingestion.simulation.clock import MINUTE, short_day
from ingestion.simulation.feasts import is_closed
from ingestion.simulation.today import Today

YEAR = 364
_SPOTTED = 0.04


def count_slices(today: Today) -> None:
    """The morning's cycle counts, and spot counts where staff see a gap that the book does not know."""
    chain, stock = today.chain, today.state.stock
    due = (_phase(today) + today.day) % chain.world.habits.count_every_days == 0
    gap = (stock.physical == 0) & (stock.book > 0) & chain.is_ranged(today.day)
    spotted = gap & (today.random("gaps").random(gap.shape) < _SPOTTED)
    for row in np.flatnonzero(today.open_rows).tolist():
        _count(today, row, np.flatnonzero(due[row] & _there(today, row)), "cycle", today.counting(row))
        _count(today, row, np.flatnonzero(spotted[row] & ~due[row]), "spot", today.counting(row) + MINUTE)


def count_everything(today: Today) -> None:
    """Once a year a row is counted in full after closing, each row on a day of its own."""
    chain = today.chain
    for row in np.flatnonzero(chain.places.opened <= today.day).tolist():
        since = today.day - chain.start - chain.world.size.full_count_after - row
        if since >= 0 and since % YEAR == 0 and not is_closed(chain.places.calendars[row], today.day):
            _count(today, row, np.flatnonzero(_there(today, row)), "full", today.closing(row) + 4 * MINUTE)


def snapshot(today: Today) -> None:
    """On the first of a month the depot's own system says what it believes."""
    stock, depot = today.state.stock, today.chain.places.depot
    if int(short_day(today.day)[-2:]) != 1:
        return
    random = today.random("snapshot")
    for product in np.flatnonzero(_there(today, depot)).tolist():
        believed = int(stock.book[depot, product]) + (int(random.integers(-6, 7)) if random.random() < 0.02 else 0)
        today.ledger.snapshot(today.counting(depot) + 2 * MINUTE, depot, product, believed)


def _phase(today: Today) -> np.ndarray:
    shape = today.state.stock.book.shape
    return today.chain.random("count calendar").integers(today.chain.world.habits.count_every_days, size=shape)


def _there(today: Today, row: int) -> np.ndarray:
    stock = today.state.stock
    return today.chain.is_ranged(today.day)[row] | (stock.book[row] != 0) | (stock.physical[row] != 0)


def _count(today: Today, row: int, products: np.ndarray, scope: str, counted_at: int) -> None:
    random = today.random(f"{scope} count {row}")
    count_id = f"C{short_day(today.day)}-{today.chain.places.stock_ids[row]}-{scope}"
    for product in products.tolist():
        physical = int(today.state.stock.physical[row, product])
        units = _counted(today, random, physical, product)
        entered = counted_at + int(random.integers(0, 50)) * 1000 if scope == "full" else counted_at
        today.ledger.count(entered, row, product, units, count_id, scope, counted_at)
        if units != physical and not today.quiet:
            today.truth.add(
                "count_errors",
                counted_at=counted_at,
                count_id=count_id,
                location_id=today.chain.places.stock_ids[row],
                product_id=today.chain.goods.ids[product],
                counted_units=units,
                physical_units=physical,
            )


def _counted(today: Today, random: np.random.Generator, physical: int, product: int) -> int:
    """What is there, unless somebody miscounts by a few or overlooks a pack."""
    if not physical or random.random() >= today.chain.world.habits.miscount_rate:
        return physical
    pack = int(today.chain.goods.pack[product])
    error = -pack if random.random() < 0.2 else int(random.choice([-2, -1, 1, 2]))
    return max(0, physical + error)
