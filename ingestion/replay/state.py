"""How far the replay of a file has come, kept beside the data it fills.

One file per content and source: a file is known by what it holds, not by its name.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ingestion.replay.problems import ReplayProblem


@dataclass
class ReplayState:
    """`steps_sent` counts the steps of the stream that the broker holds for certain."""

    source: str
    file: str
    fingerprint: str
    mapping: str
    size: int = 0
    steps_sent: int = 0
    is_complete: bool = False
    completed_at: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)

    def finish(self, lines: dict[str, int], entries: dict[str, int]) -> None:
        """Everything was sent; the counts are of the whole file."""
        self.is_complete, self.lines, self.entries = True, dict(lines), dict(entries)
        self.completed_at = datetime.now(UTC).isoformat(timespec="seconds")


def known_states(home: Path, source: str) -> list[ReplayState]:
    """The states of every file that was replayed as this source. Raises ReplayProblem on a file that is no state."""
    files = (StateFile(path) for path in sorted((home / "replay" / source).glob("*.json")))
    return [state for file in files if (state := file.load())]


@dataclass(frozen=True)
class StateFile:
    """Where the state of one file's replay is kept."""

    path: Path

    @classmethod
    def of(cls, home: Path, source: str, fingerprint: str) -> "StateFile":
        """The place for a source and a content."""
        return cls(home / "replay" / source / f"{fingerprint}.json")

    @property
    def rejects(self) -> Path:
        """Where the lines that cannot be events are written."""
        return self.path.with_suffix(".rejects.csv")

    def load(self) -> ReplayState | None:
        """What was saved, None if nothing was. Raises ReplayProblem on a file that is no state."""
        if not self.path.exists():
            return None
        try:
            return ReplayState(**json.loads(self.path.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            raise ReplayProblem(
                f"{self.path} is damaged.",
                "Delete it and replay again: what was sent before has the same ids and counts once.",
            ) from None

    def save(self, state: ReplayState) -> None:
        """Write the state so that it is there wholly or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")
        draft.replace(self.path)
