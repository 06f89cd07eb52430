"""Mistakes that cannot change any result, or that no test need find: listed by hand, each with its reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from quality.mutations.mistakes import Mutant

LISTS = Path(__file__).with_name("equivalent")


@dataclass(frozen=True)
class Reasoned:
    """A line of a model (`*` stands for anything) and what it would become; empty `now`: whatever the mistake makes."""

    model: str
    was: str
    reason: str
    now: str = "*"
    mistake: str = "*"

    def fits(self, mutant: Mutant) -> bool:
        """Whether this is the mistake."""
        patterns = (self.model, self.was, self.now, self.mistake)
        said = (mutant.model, mutant.was, mutant.now, mutant.mistake)
        return all(_matches(text, pattern) for text, pattern in zip(said, patterns, strict=True))


def _matches(text: str, pattern: str) -> bool:
    # Brackets are SQL here, not sets of characters.
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def reasons(folder: Path = LISTS) -> list[Reasoned]:
    """What the lists of the folder say, a list per layer."""
    return [
        Reasoned(**entry)
        for path in sorted(folder.glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")) or []
    ]


def reason_for(mutant: Mutant, known: Iterable[Reasoned]) -> str:
    """Why a mistake may survive; empty if nobody says."""
    return next((one.reason for one in known if one.fits(mutant)), "")
