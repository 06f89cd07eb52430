"""Read a model's SQL as it is written, templates and all: where its code, its clauses and their parts are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

Span = tuple[int, int]

_HIDDEN = re.compile(
    r"""(?P<increment>\{%-?\s*if\ is_incremental.*?endif\s*-?%\}) # what only a later run reads; other tests see to it
    |   (?P<nothing>\{\#.*?\#\} | \{%.*?%\} | --[^\n]* | /\*.*?\*/)
    |   (?P<expression>\{\{(?:"[^"]*" | '[^']*' | \}(?!\}) | [^"'}])*\}\})
    |   (?P<text>'(?:[^'\\] | \\. | '')*')""",
    re.DOTALL | re.VERBOSE,
)
_ENDS = re.compile(
    r"\b(?:prewhere|where|group\s+by|having|order\s+by|limit|union|window|settings|qualify"
    r"|(?:asof|any|left|inner|cross|array|full)\s+(?:\w+\s+)*join|join|from|select)\b"
)
_AND = re.compile(r"\b(and|between|case|end)\b")


@dataclass(frozen=True)
class Sql:
    """The text of a model."""

    text: str

    @cached_property
    def code(self) -> str:
        """The text, as long as it is: no comments, empty strings, each template a word; in small letters."""
        return _HIDDEN.sub(_filled, self.text).lower()

    @cached_property
    def depths(self) -> list[int]:
        """How many brackets are open before each character."""
        found, depth = [], 0
        for character in self.code:
            depth -= character in ")]"
            found.append(depth)
            depth += character in "(["
        return found

    def find(self, pattern: str) -> Iterator[re.Match[str]]:
        """Matches in the code."""
        return re.finditer(pattern, self.code)

    def clause(self, start: int) -> Span:
        """From `start` to where the clause that runs there ends, blanks at the ends left out."""
        depth, end = self.depths[start], len(self.code)
        for place in range(start, len(self.code)):
            if self.depths[place] < depth or (self.depths[place] == depth and _ENDS.match(self.code, place)):
                end = place
                break
        return self.trimmed(start, end)

    def parts(self, span: Span) -> list[Span]:
        """The list items of a clause."""
        commas = [place for place in range(*span) if self.code[place] == "," and self._is_level(place, span)]
        return self._between(span, [(place, place + 1) for place in commas])

    def conditions(self, span: Span) -> list[Span]:
        """The conditions of a clause that all must hold."""
        ands, between, cases = [], 0, 0
        for word in _AND.finditer(self.code, *span):
            if not self._is_level(word.start(), span):
                continue
            between += word[1] == "between"
            cases += {"case": 1, "end": -1}.get(word[1], 0)
            if word[1] == "and" and between:
                between -= 1
            elif word[1] == "and" and not cases:
                ands.append(word.span())
        return self._between(span, ands)

    def function_around(self, place: int) -> str:
        """Name of the function whose brackets are open at a place; empty if there is none."""
        depth = self.depths[place]
        for before in range(place - 1, -1, -1):
            if self.depths[before] < depth:
                return re.search(r"(\w*)\s*$", self.before(before))[1]  # type: ignore[index]
        return ""

    def before(self, place: int) -> str:
        """The code right before a place, as much as a name may need."""
        return self.code[max(0, place - 100) : place]

    def trimmed(self, start: int, end: int) -> Span:
        """The span without the blanks at its ends."""
        inside = self.code[start:end]
        return start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())

    def _is_level(self, place: int, span: Span) -> bool:
        return self.depths[place] == self.depths[span[0]]

    def _between(self, span: Span, gaps: list[Span]) -> list[Span]:
        starts = [span[0], *(end for _, end in gaps)]
        ends = [*(start for start, _ in gaps), span[1]]
        return [self.trimmed(start, end) for start, end in zip(starts, ends, strict=True)]


def _filled(hidden: re.Match[str]) -> str:
    length = len(hidden[0])
    if hidden["expression"]:
        return "j" * length
    if hidden["text"]:
        return "'" + "_" * (length - 2) + "'"
    return re.sub(r"\S", " ", hidden[0])
