"""Two lives of one chain from one day on: what buyers see of it, and what their orders were worth in truth.

Random numbers hang on seed, subject and day, never on what the buyers do: both lives meet the same customers.
"""

from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ingestion.simulation.chain import Chain
from ingestion.simulation.faults import NONE
from ingestion.simulation.money import ONE
from ingestion.simulation.opening import first_state
from ingestion.simulation.outbox import Outbox, Pending
from ingestion.simulation.state import State
from ingestion.simulation.today import Today
from ingestion.simulation.truth import Truth
from ingestion.simulation.twin import Lived, live

_ARRIVALS = ("receipt", "transfer_in")


@dataclass
class Seen:
    """What the buyers' own systems know at the end of each day; a list element is rows × products."""

    sold: list[np.ndarray] = field(default_factory=list)  # units booked at the tills
    book: list[np.ndarray] = field(default_factory=list)  # book stock at closing time
    offered: list[np.ndarray] = field(default_factory=list)  # carried, and the place open
    empty: list[np.ndarray] = field(default_factory=list)  # share of the day's customers after the shelf ran empty
    leads: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))  # place, source: days
    _placed: dict[tuple[str, int], tuple[str, str, int]] = field(default_factory=dict)

    def note(self, today: Today, lived: Lived) -> None:
        """Take down a day."""
        self.sold.append(lived.sold)
        self.book.append(today.state.stock.book.copy())
        self.offered.append(today.chain.is_ranged(today.day) & today.open_rows[:, None])
        self.empty.append(np.where(self.book[-1] <= 0, _share_after_the_last_sale(lived), 0.0))
        for event in today.outbox.in_order():
            self._follow(today.day, event)

    def _follow(self, day: int, event: Pending) -> None:
        """An order line, from its placing to the first goods that come of it."""
        fields = event.fields
        if event.event_type == "purchase_order_placed":
            line = fields["purchase_order_id"], fields["purchase_order_line"]
            self._placed[line] = fields["location_id"], fields["supply_source_id"], day
        elif event.event_type in _ARRIVALS:
            line = fields["purchase_order_id"], fields["purchase_order_line"]
            if known := self._placed.pop(line, None):
                place, source, placed = known
                self.leads[place, source].append(day - placed)


def _share_after_the_last_sale(lived: Lived) -> np.ndarray:
    """Rows × products: of the place's lines of the day, those later than the last one of the product; 1 without any."""
    lines = lived.spells[0].lines.joined(lived.spells[1].lines)
    last = np.zeros(lived.sold.shape)
    np.maximum.at(last, (lines.row, lines.product), lines.time)
    share = np.ones(lived.sold.shape)
    for row in range(len(share)):
        times = np.sort(lines.time[lines.row == row])
        share[row] -= np.searchsorted(times, last[row], side="right") / max(len(times), 1)
    return share


class Worth(NamedTuple):
    """A life's money over its days, by the truth; in the chain's currency."""

    wanted_units: float
    lost_units: float
    lost_margin: float
    stock_value: float  # mean, at cost
    holding_cost: float
    expired_cost: float

    @property
    def cost(self) -> float:
        """Margin lost and holding: what the two lives are compared by."""
        return self.lost_margin + self.holding_cost

    @property
    def cost_with_expired(self) -> float:
        """The same and what expired, at cost."""
        return self.cost + self.expired_cost

    @property
    def fill_rate(self) -> float:
        """Units had ÷ units wanted."""
        return 1 - self.lost_units / max(self.wanted_units, 1)


class Life:
    """A chain that lives on from a state, a day at a time."""

    def __init__(self, chain: Chain, state: State | None = None, day: int | None = None) -> None:
        self.chain = chain
        self.state = state or first_state(chain)
        self.day = chain.start if day is None else day  # the next one
        self.seen = Seen()
        self._days: list[tuple[float, ...]] = []

    def go_on(self, days: int) -> None:
        """Live so many days."""
        for _ in range(days):
            today = Today(self.chain, self.state, self.day, Outbox("trial", self.day), Truth(), NONE)
            lived = live(today)
            self.seen.note(today, lived)
            self._days.append(self._worth(lived))
            self.day += 1

    def twin(self) -> "Life":
        """Another life from here on, which remembers what was seen."""
        other = Life(self.chain, deepcopy(self.state), self.day)
        other.seen = deepcopy(self.seen)
        return other

    def worth(self, holding_per_day: float) -> Worth:
        """Of the days of this life, those before a twin was made aside."""
        wanted, lost, margin, stock, expired = np.array(self._days).T
        held = float(stock.sum()) * holding_per_day
        return Worth(wanted.sum(), lost.sum(), margin.sum(), stock.mean(), held, expired.sum())

    def _worth(self, lived: Lived) -> tuple[float, ...]:
        state = self.state
        margin = np.maximum(state.price - state.cost, 0)
        lost = sum(spell.lost.units.sum() for spell in lived.spells)
        lost_margin = sum((spell.lost.units * margin[spell.lost.product]).sum() for spell in lived.spells)
        own = sum(spell.lines.units.sum() - spell.instead.units.sum() for spell in lived.spells)
        stock = (state.stock.physical * state.cost).sum()
        expired = (lived.expired * state.cost[self.chain.perishable]).sum()
        return own + lost, lost, lost_margin / ONE, stock / ONE, expired / ONE
