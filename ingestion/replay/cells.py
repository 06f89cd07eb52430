"""From a line to a text: pick the cells, then clean what they hold, as the mapping says."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingestion.replay.mapping import Cell
from ingestion.replay.problems import ReplayProblem

Row = Sequence[str]
Clean = Callable[[str], str | None]
JOINT = "\x1f"  # between the raw cells of a text made of several columns


@dataclass(frozen=True)
class Text:
    """A text of each line: the cells at `positions` make the raw text, `clean` finishes it (None: absent).

    A constant has no positions.
    """

    positions: tuple[int, ...]
    clean: Clean

    def of(self, row: Row) -> str | None:
        """The finished text of a line."""
        return self.clean(self.raw(row))

    def raw(self, row: Row) -> str:
        """The text of a line before it is cleaned; equal raw texts have equal finished ones."""
        return JOINT.join([row[position] for position in self.positions])


def text_of(cell: Cell, columns: Sequence[str]) -> Text:
    """The text a cell of the mapping stands for. Raises ReplayProblem if the file lacks its column."""
    finish = _finish(cell)
    if cell.constant is not None:
        done = finish(cell.constant)
        return Text((), lambda _raw: done)
    if cell.column is not None:
        return Text((_position(cell.column, columns),), lambda raw: finish(raw.strip()))
    positions = tuple(_position(name, columns) for name in cell.columns or [])
    return Text(positions, _joined(cell.joined_with, finish))


def _position(name: str, columns: Sequence[str]) -> int:
    if name not in columns:
        raise ReplayProblem(f"The file has no column {name!r}; it has {', '.join(columns)}.", "Correct the mapping.")
    if list(columns).count(name) > 1:
        raise ReplayProblem(f"The file has several columns {name!r}.", "Name its columns in file.header.")
    return list(columns).index(name)


def _joined(glue: str, finish: Clean) -> Clean:
    def clean(raw: str) -> str | None:
        parts = [part.strip() for part in raw.split(JOINT)]
        return finish(glue.join(parts)) if all(parts) else finish("")

    return clean


def _finish(cell: Cell) -> Clean:
    steps = _steps(cell)

    def finish(text: str) -> str | None:
        for step in steps:
            if not text:
                break
            text = step(text)
        return text or cell.default

    return finish


def _steps(cell: Cell) -> list[Callable[[str], str]]:
    steps: list[Callable[[str], str]] = []
    if cell.remove_suffix:
        steps.append(lambda text, suffix=cell.remove_suffix: text.removesuffix(suffix))
    if cell.case:
        steps.append(str.upper if cell.case == "upper" else str.lower)
    if cell.matching:
        steps.append(lambda text, pattern=re.compile(cell.matching): text if pattern.search(text) else "")
    if cell.slug:
        steps.append(slug)
    if cell.values is not None:
        steps.append(_translation(cell.values, cell.otherwise))
    return steps


def _translation(values: dict[str, str], otherwise: str | None) -> Callable[[str], str]:
    return lambda text: values.get(text, text if otherwise is None else otherwise)


def slug(text: str) -> str:
    """A name as an id: lower case, no accents, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
