"""Physical stock, with the lots of what perishes, and book stock, which is what the systems believe."""

from dataclasses import dataclass

import numpy as np

from ingestion.simulation.chain import LOT_DAYS, Chain


@dataclass(eq=False)
class Stock:
    """Rows × products, in units. `lots` splits physical stock of perishables by days left, 0 to LOT_DAYS."""

    physical: np.ndarray
    book: np.ndarray
    lots: np.ndarray
    perishable: np.ndarray
    slot: np.ndarray

    def take(self, units: np.ndarray) -> None:
        """Goods leave everywhere at once (rows × products), what expires first going first. Book stays as it is."""
        self.physical -= units
        wanted = units[:, self.perishable, None]
        before = self.lots.cumsum(axis=2) - self.lots
        self.lots -= np.clip(wanted - before, 0, self.lots)

    def pick(self, row: int, product: int, units: int, days_left: int = 0) -> list[tuple[int, int]]:
        """Take up to `units` with at least `days_left` to go. Returns (days left, units) of each lot touched;
        days left is -1 for goods without a date."""
        slot = self.slot[product]
        if slot < 0:
            taken = min(units, int(self.physical[row, product]))
            self.physical[row, product] -= taken
            return [(-1, taken)] if taken else []
        return self._pick_lots(row, product, int(slot), units, days_left)

    def _pick_lots(self, row: int, product: int, slot: int, units: int, days_left: int) -> list[tuple[int, int]]:
        picked = []
        for left in np.flatnonzero(self.lots[row, slot, days_left:]) + days_left:
            taken = min(units, int(self.lots[row, slot, left]))
            if taken:
                self.lots[row, slot, left] -= taken
                self.physical[row, product] -= taken
                picked.append((int(left), taken))
                units -= taken
        return picked

    def put(self, row: int, product: int, units: int, days_left: int) -> None:
        """Goods arrive physically."""
        self.physical[row, product] += units
        if self.slot[product] >= 0:
            self.lots[row, self.slot[product], min(max(days_left, 0), LOT_DAYS)] += units

    def expire(self) -> np.ndarray:
        """Rows × perishables: units on their last day leave; the others are a day older afterwards."""
        gone = self.lots[:, :, 0].copy()
        self.physical[:, self.perishable] -= gone
        self.lots[:, :, :-1] = self.lots[:, :, 1:]
        self.lots[:, :, -1] = 0
        return gone


def empty_stock(chain: Chain) -> Stock:
    """Nothing anywhere."""
    shape = (chain.places.rows, chain.goods.count)
    slot = np.full(chain.goods.count, -1)
    slot[chain.perishable] = np.arange(len(chain.perishable))
    lots = np.zeros((chain.places.rows, len(chain.perishable), LOT_DAYS + 1), dtype=np.int64)
    return Stock(np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64), lots, chain.perishable, slot)
