"""Every small mistake that can be made in the SQL of a model, always the same ones."""

import re
from dataclasses import dataclass
from hashlib import sha256

from quality.mutations.clauses import CLAUSES
from quality.mutations.reading import Sql
from quality.mutations.words import WORDS, Edit

_EACH = ("join side", "filter dropped")


@dataclass(frozen=True)
class Mutant:
    """A model's SQL with one mistake: of which kind, in which CTE and line, what stood there and what stands now."""

    model: str
    mistake: str
    step: int
    line: int
    was: str
    now: str
    sql: str

    @property
    def name(self) -> str:
        """Short, and the same as long as the SQL is."""
        return f"{self.model}:{self.line}:{sha256(self.sql.encode()).hexdigest()[:8]}"


def mutants_of(model: str, text: str) -> list[Mutant]:
    """Every mistake in every place, in the order of the text; texts that come out alike once."""
    sql = Sql(text)
    found = {_applied(text, edits): (mistake, edits) for maker in (*WORDS, *CLAUSES) for mistake, edits in maker(sql)}
    made = [_mutant(model, sql, mutated, *how) for mutated, how in found.items() if mutated != text]
    return sorted(made, key=lambda mutant: (mutant.line, mutant.mistake, mutant.now))


def a_few(mutants: list[Mutant]) -> list[Mutant]:
    """Of each kind one per CTE, and of joins and filters each: what runs unless more is asked for."""
    chosen: dict[tuple, Mutant] = {}
    for mutant in mutants:
        where = mutant.line if mutant.mistake in _EACH else 0
        kept = chosen.setdefault((mutant.model, mutant.step, mutant.mistake, where), mutant)
        if _draw(mutant) < _draw(kept):
            chosen[mutant.model, mutant.step, mutant.mistake, where] = mutant
    return [mutant for mutant in mutants if mutant in chosen.values()]


def _draw(mutant: Mutant) -> str:
    return sha256(f"{mutant.was}->{mutant.now}".encode()).hexdigest()


def _mutant(model: str, sql: Sql, mutated: str, mistake: str, edits: tuple[Edit, ...]) -> Mutant:
    text = sql.text
    first, last = min(start for start, _, _ in edits), max(end for _, end, _ in edits)
    begins = text.rfind("\n", 0, first) + 1
    rest = len(text) - (text.find("\n", last) if "\n" in text[last:] else len(text))
    was, now = _one_line(text[begins : len(text) - rest]), _one_line(mutated[begins : len(mutated) - rest])
    step = len(re.findall(r"^\)", sql.code[:first], re.MULTILINE))  # as many CTEs have ended
    return Mutant(model, mistake, step, text.count("\n", 0, first) + 1, was, now, mutated)


def _applied(text: str, edits: tuple[Edit, ...]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())
