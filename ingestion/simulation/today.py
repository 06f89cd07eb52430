"""One simulated day at work: the day, the state it changes, and where its events and its truth go."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ingestion.simulation.chain import Chain
from ingestion.simulation.clock import HOUR, MINUTE
from ingestion.simulation.faults import NONE, Faults
from ingestion.simulation.incidents import Incident, plan_incidents
from ingestion.simulation.ledger import Ledger
from ingestion.simulation.outbox import Outbox
from ingestion.simulation.state import State
from ingestion.simulation.truth import Truth

_AFTER_MIDNIGHT, _BEFORE_MIDNIGHT = 2 * MINUTE, 9 * MINUTE


@dataclass(eq=False)
class Today:
    """What every step of a day works with. `quiet` days were sent and recorded before: only the state moves on."""

    chain: Chain
    state: State
    day: int
    outbox: Outbox
    truth: Truth
    faults: Faults = NONE
    quiet: bool = False

    @cached_property
    def ledger(self) -> Ledger:
        """The stock book."""
        return Ledger(self.chain, self.state.stock, self.outbox)

    def random(self, subject: str) -> np.random.Generator:
        """The day's generator of a subject."""
        return self.chain.random(subject, self.day)

    @cached_property
    def incidents(self) -> list[Incident]:
        """What is unusual today."""
        return plan_incidents(self.chain, self.faults, self.day)

    @cached_property
    def open_rows(self) -> np.ndarray:
        """Rows with customers."""
        places = self.chain.places
        return np.array([places.is_open(row, self.day) for row in range(places.rows)])

    def hour(self, row: int, hour: int) -> int:
        """When a local hour begins."""
        return self.chain.places.hours(row, self.day)[hour]

    def opening(self, row: int) -> int:
        """When customers may come."""
        return self.hour(row, self.chain.places.opens[row])

    def closing(self, row: int) -> int:
        """When the last customer is gone; never later than a few minutes before midnight."""
        return min(self.hour(row, self.chain.places.closes[row]), self.hour(row, 24) - _BEFORE_MIDNIGHT)

    def counting(self, row: int) -> int:
        """When the morning's counts are made: before customers and goods come."""
        places = self.chain.places
        early = self.hour(row, min(places.opens[row], places.delivery[row])) - HOUR
        return max(early, self.hour(row, 0) + _AFTER_MIDNIGHT)

    def delivery(self, row: int) -> int:
        """When the day's goods are on the shelf."""
        return self.hour(row, self.chain.places.delivery[row])

    def night(self, row: int) -> int:
        """When the day's orders are made."""
        return self.hour(row, 24) - 4 * MINUTE
