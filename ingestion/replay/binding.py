"""A mapping bound to the columns of one file: the text of each field, ready to be read line after line."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.fields import Kind
from ingestion.replay.cells import Text, text_of
from ingestion.replay.kinds import KINDS, FileKind
from ingestion.replay.mapping import Mapping
from ingestion.replay.numbering import Numbering
from ingestion.replay.values import Habits


@dataclass(frozen=True)
class Binding:
    """What every plan over a file shares."""

    mapping: Mapping
    columns: Sequence[str]
    habits: Habits
    texts: dict[str, Text]
    zone: Text
    numbering: Numbering | None

    @classmethod
    def of(cls, mapping: Mapping, columns: Sequence[str]) -> "Binding":
        """Bind every field and helper. Raises ReplayProblem if the file lacks a column."""
        cells = {**mapping.helpers, **mapping.cells}
        numbered = cells.pop("line_number").running_within if _is_numbered(mapping) else None
        texts = {name: text_of(cell, columns) for name, cell in cells.items()}
        numbering = Numbering([texts[name] for name in numbered]) if numbered else None
        return cls(mapping, columns, Habits.of(mapping), texts, text_of(mapping.time_zone, columns), numbering)

    @property
    def kind(self) -> FileKind:
        """The mapping's kind."""
        return KINDS[self.mapping.kind]

    @property
    def grammars(self) -> dict[str, Kind]:
        """The grammar of each field by the mapping's word."""
        return self.kind.mapping_fields()


def _is_numbered(mapping: Mapping) -> bool:
    cell = mapping.cells.get("line_number")
    return cell is not None and cell.running_within is not None
