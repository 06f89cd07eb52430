"""Counts of a replay."""

from collections import Counter
from dataclasses import dataclass, field

from ingestion.replay.state import ReplayState
from ingestion.replay.stream import REJECTED, Step


@dataclass
class Tally:
    """Lines and catalogue entries by what became of them."""

    lines: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, state: ReplayState) -> "Tally":
        """The counts of a finished replay."""
        return cls(Counter(state.lines), Counter(state.entries))

    def count(self, step: Step) -> None:
        """Take notice of a step."""
        (self.lines if step.is_line else self.entries)[step.outcome] += 1

    @property
    def rejected(self) -> int:
        """Lines and entries that could not be events."""
        return self.lines[REJECTED] + self.entries[REJECTED]


def summary(counts: Counter[str], of: str) -> str:
    """`lines: 5 = 3 sale + 1 return + 1 rejected`."""
    kinds = sorted((name for name in counts if name != REJECTED), key=lambda name: -counts[name])
    parts = [*kinds, REJECTED] if counts[REJECTED] else kinds
    told = " + ".join(f"{counts[name]:,} {name if ' + ' not in name else f'({name})'}" for name in parts)
    return f"{of}: {counts.total():,} = {told}" if told else f"{of}: none"
