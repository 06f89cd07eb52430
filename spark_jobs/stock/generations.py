"""Checkpoints of the stock state: a new seed begins a new generation; the last one that was seeded counts."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from spark_jobs.stock.seed import Offsets
from spark_jobs.stock.state import STATE_VERSION

KEPT = 2
_SEEDED = "seed.json"


@dataclass(frozen=True)
class Generation:
    """One checkpoint and the seed that it began with."""

    folder: Path
    offsets: Offsets
    build: str

    @property
    def checkpoint(self) -> Path:
        """Spark's folder."""
        return self.folder / "spark"

    @property
    def has_begun(self) -> bool:
        """Whether a batch was committed; before that the seed is not in the checkpoint."""
        return bool(_numbers(self.checkpoint / "commits"))

    def reached(self) -> Offsets:
        """The offsets after the last that a committed batch has read."""
        committed = _numbers(self.checkpoint / "commits")
        if not committed:
            return self.offsets
        text = (self.checkpoint / "offsets" / str(committed[-1])).read_text().splitlines()[-1]
        return {topic: {int(name): end for name, end in ends.items()} for topic, ends in json.loads(text).items()}


def current(folder: Path) -> Generation | None:
    """The last generation, if it has begun and its state can still be read."""
    for number in reversed(_numbers(folder)):
        file = folder / str(number) / _SEEDED
        if not file.exists():
            continue
        told = json.loads(file.read_text())
        found = Generation(file.parent, _with_numbers(told["offsets"]), told["build"])
        return found if told["state_version"] == STATE_VERSION and found.has_begun else None
    return None


def begin(folder: Path, offsets: Offsets, build: str) -> Generation:
    """A new generation, the last one from now on; old ones are deleted."""
    numbers = _numbers(folder)
    place = folder / str(max(numbers, default=0) + 1)
    place.mkdir(parents=True)
    told = {"offsets": offsets, "build": build, "state_version": STATE_VERSION}
    draft = place / f"{_SEEDED}.draft"
    draft.write_text(json.dumps(told))
    draft.rename(place / _SEEDED)
    for number in numbers[: -KEPT + 1]:
        shutil.rmtree(folder / str(number))
    return Generation(place, offsets, build)


def _numbers(folder: Path) -> list[int]:
    names = (path.name for path in folder.iterdir()) if folder.exists() else ()
    return sorted(int(name) for name in names if name.isdigit())


def _with_numbers(offsets: dict[str, dict[str, int]]) -> Offsets:
    return {topic: {int(name): end for name, end in ends.items()} for topic, ends in offsets.items()}
