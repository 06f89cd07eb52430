"""A run of the simulator: its configuration, and the stream of messages by day that follows from it alone."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ingestion.simulation.advice import Advice, read_advice
from ingestion.simulation.chain import Chain, make_chain
from ingestion.simulation.faults import MODEST, Faults
from ingestion.simulation.goods import GOODS
from ingestion.simulation.message import Message
from ingestion.simulation.mishaps import Road
from ingestion.simulation.truth import Truth
from ingestion.simulation.twin import days
from ingestion.simulation.world import WORLDS, load_world

FOREVER = date.max.toordinal() - 800


@dataclass(frozen=True)
class Run:
    """Everything the stream depends on, but for how far it goes."""

    world: str
    size: str
    seed: int
    source: str
    start: date
    faults: Faults = MODEST
    policy: Path | None = None  # a file of levels; days before it begins are what they are without it

    def chain(self) -> Chain:
        """The chain worked out. Raises UnknownWorldError."""
        return make_chain(load_world(self.world, self.size), self.seed, self.start.toordinal())

    def as_json(self) -> dict[str, Any]:
        """The configuration as the journal keeps it."""
        return {
            **{name: value for name, value in asdict(self).items() if name != "policy"},
            "start": self.start.isoformat(),
            "faults": self.faults.as_json(),
            "files": self._files(),
        }

    def advice(self, chain: Chain) -> Advice | None:
        """What the buyers order by instead of their own rule. Raises Problem."""
        return read_advice(self.policy, chain) if self.policy else None

    def _files(self) -> str:
        """A fingerprint of the configuration files."""
        files = [WORLDS / "sizes.yaml", WORLDS / f"{self.world}.yaml"]
        files.append(GOODS / f"{load_world(self.world, self.size).goods}.csv")
        return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


class Batch(NamedTuple):
    """What a simulated day sends, in the order it is sent."""

    day: date
    messages: list[Message]


def simulate(run: Run, until: date | None, truth: Truth, *, quiet_before: date | None = None) -> Iterator[Batch]:
    """The run's days from its start to `until` inclusive, or without end. The same run gives the same bytes.

    Days before `quiet_before` are lived through without messages and truth: a run that goes on where another one
    stopped gets there faster.
    """
    last = until.toordinal() if until else FOREVER
    first_heard = quiet_before.toordinal() if quiet_before else 0
    chain = run.chain()
    road = Road(chain, run.faults, truth)
    advice = run.advice(chain)
    for day in days(chain, run.source, last, truth, run.faults, quiet_before=first_heard, advice=advice):
        yield Batch(date.fromordinal(day.day), road.carry(day.day, day.events))
