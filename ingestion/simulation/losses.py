"""What disappears: stolen, broken, used, out of date. Some of it is written down; the rest only a count will find."""

import numpy as np

from ingestion.simulation.clock import MINUTE
from ingestion.simulation.ledger import lot
from ingestion.simulation.supply import hidden
from ingestion.simulation.today import Today

_REPORTED_THEFT = 0.15
_MEAN_TAKEN = 1.7
_DEPOT_SHARE = 0.25
_OWN_USE = 0.03


def lose(today: Today, rate: np.ndarray) -> None:
    """The day's thefts and breakages, at closing time. `rate` is rows × products, mean units wanted."""
    kinds, habits = today.chain.world.categories.values(), today.chain.world.habits
    theft = np.array([kind.theft for kind in kinds])[today.chain.goods.category] * habits.theft_rate
    damage = np.array([kind.damage for kind in kinds])[today.chain.goods.category] * habits.damage_rate
    exposed = rate.copy()
    exposed[today.chain.places.depot] = rate.sum(axis=0) * _DEPOT_SHARE
    _strike(today, exposed * theft, "theft", "theft_report", _REPORTED_THEFT)
    _strike(today, exposed * damage, "damage", "damage", 1 - habits.unbooked_damage_share)
    _use(today)


def _strike(today: Today, units: np.ndarray, kind: str, event: str, reported: float) -> None:
    random, stock = today.random(kind), today.state.stock
    for row, product in np.argwhere(random.random(units.shape) < units / _MEAN_TAKEN).tolist():
        wanted = int(random.geometric(1 / _MEAN_TAKEN))
        for left, taken in stock.pick(row, product, wanted):
            time = today.closing(row) + MINUTE
            if random.random() < reported:
                today.ledger.known_loss(event, time, row, product, taken, _lot(today, product, left))
            else:
                hidden(today, time, row, product, -taken, kind)


def _use(today: Today) -> None:
    """Stores take a thing or two for themselves."""
    random = today.random("own use")
    for row in np.flatnonzero(today.open_rows)[:-1].tolist():
        product = int(random.integers(today.chain.goods.count))
        if random.random() < _OWN_USE:
            for left, taken in today.state.stock.pick(row, product, 1):
                time = today.closing(row) + MINUTE
                today.ledger.known_loss("own_use", time, row, product, taken, _lot(today, product, left))


def _lot(today: Today, product: int, left: int) -> dict[str, str]:
    known = lot(today.chain, product, today.day + left if left >= 0 else 0)
    return {"lot_id": known["lot_id"]} if known else {}


def expire(today: Today) -> np.ndarray:
    """Perishables on their last day leave the shelf at closing time. Gives their units, rows × perishables."""
    stock = today.state.stock
    gone = stock.expire()
    for row, slot in np.argwhere(gone).tolist():
        product = int(stock.perishable[slot])
        time = today.closing(row) + 2 * MINUTE
        lots = _lot(today, product, 0)
        today.ledger.known_loss("expired", time, row, product, int(gone[row, slot]), lots)
    return gone


def clear_out(today: Today) -> None:
    """What a place no longer carries is sold off as it lies; the book is set to nothing."""
    chain, stock = today.chain, today.state.stock
    for row, product in np.argwhere(chain.ranged_to == today.day).tolist():
        book, physical = int(stock.book[row, product]), int(stock.physical[row, product])
        time = today.counting(row)
        stock.pick(row, product, physical)
        if book:
            today.ledger.adjustment(time, row, product, -book, "delisted")
        if book != physical:
            hidden(today, time, row, product, book - physical, "clearance")
