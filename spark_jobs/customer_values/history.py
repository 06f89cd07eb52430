"""What is known of customers' purchases, as the models of their value need it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class History:
    """A row per customer; time runs from the first purchase, in any one unit (the models do not mind which).

    `repeats`: days with a purchase after the first. `recency`: time of the last of them, 0 without. `age`: time until
    now. `spend`: mean amount of the repeat purchases' days, 0 without.
    """

    repeats: np.ndarray
    recency: np.ndarray
    age: np.ndarray
    spend: np.ndarray

    def __len__(self) -> int:
        return len(self.repeats)

    def where(self, chosen: np.ndarray) -> "History":
        """Some of the customers."""
        return History(self.repeats[chosen], self.recency[chosen], self.age[chosen], self.spend[chosen])


def history_of(customers: np.ndarray, days: np.ndarray, amounts: np.ndarray, until: int) -> tuple[np.ndarray, History]:
    """The customers who bought up to day `until`, and their history.

    Takes a row per customer and day (a number) with a purchase, in any order; later days are left out.
    """
    known = days <= until
    order = np.lexsort((days[known], customers[known]))
    who, when, spent = customers[known][order], days[known][order], amounts[known][order]
    found, first, count = np.unique(who, return_index=True, return_counts=True)
    repeats = (count - 1).astype(float)
    later = np.add.reduceat(spent, first) - spent[first] if len(found) else spent
    spend = np.divide(later, repeats, out=np.zeros(len(found)), where=repeats > 0)
    last = when[first + count - 1]
    return found, History(repeats, (last - when[first]).astype(float), (until - when[first]).astype(float), spend)
