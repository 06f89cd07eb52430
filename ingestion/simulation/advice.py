"""Stock levels from a file, by which the buyers order instead of their own rule."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from contracts.policy_file import PolicyLevel, read_policy_file
from contracts.problems import Problem
from ingestion.simulation.chain import Chain


class Advice:
    """What the file says of a chain's pairs, day by day. Pairs it says nothing about are ordered as ever."""

    def __init__(self, chain: Chain, levels: Sequence[PolicyLevel]) -> None:
        """`levels` in the order they were made; of the same day the ones that begin later replace the others."""
        rows = {name: row for row, name in enumerate(chain.places.stock_ids)}
        products = {name: product for product, name in enumerate(chain.goods.ids)}
        self._steps: dict[tuple[int, int], list[tuple[int, int, float, float]]] = defaultdict(list)
        self._shape = chain.ranged_from.shape
        for level in levels:
            if level.store_id in rows and level.product_id in products:
                step = (rows[level.store_id], products[level.product_id], level.reorder_point, level.order_up_to)
                self._steps[level.made_date.toordinal(), level.from_date.toordinal()].append(step)
        self._known: tuple[int, np.ndarray, np.ndarray] | None = None
        if levels and not self._steps:
            raise Problem("The file of levels names no location and product of this retailer.", "Is it another one's?")

    def on(self, day: int) -> tuple[np.ndarray, np.ndarray]:
        """At or below what is ordered in an evening, and up to where; rows × products, NaN where nothing is said."""
        if not self._known or self._known[0] != day:
            self._known = day, *self._work_out(day)
        return self._known[1:]

    def _work_out(self, day: int) -> tuple[np.ndarray, np.ndarray]:
        reorder, up_to = np.full(self._shape, np.nan), np.full(self._shape, np.nan)
        for begins in sorted(self._steps):
            if begins[1] <= day:
                row, product, points, levels = (np.array(column) for column in zip(*self._steps[begins], strict=True))
                reorder[row, product], up_to[row, product] = np.ceil(points) - 1, levels
        return reorder, up_to


def read_advice(path: Path, chain: Chain) -> Advice:
    """The file's levels. Raises Problem."""
    return Advice(chain, read_policy_file(path))
