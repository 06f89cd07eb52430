"""Counts of a replay and what they say at its end."""

from collections import Counter
from dataclasses import dataclass, field

from ingestion.replay.stream import REJECTED, Step


@dataclass
class Tally:
    """Lines by what became of them, catalogue entries by type."""

    lines: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)

    def count(self, step: Step) -> None:
        """Take notice of a step."""
        (self.lines if step.is_line else self.entries)[step.outcome] += 1

    @property
    def rejected(self) -> int:
        """Lines and entries that could not be events."""
        return self.lines[REJECTED] + self.entries[REJECTED]

    def sentences(self) -> list[str]:
        """The sum of the lines, then the catalogue."""
        said = [f"{self.lines.total():,} lines = {_sum(self.lines) or 'nothing'}"]
        if self.entries:
            said.append(f"catalogue entries of the file: {_sum(self.entries)}")
        return said


def _sum(counts: Counter[str]) -> str:
    kinds = sorted((name for name in counts if name != REJECTED), key=lambda name: -counts[name])
    parts = [*kinds, REJECTED] if counts[REJECTED] else kinds
    return " + ".join(f"{counts[name]:,} {name if ' + ' not in name else f'({name})'}" for name in parts)
