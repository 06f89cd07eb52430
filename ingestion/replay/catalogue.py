"""The products, locations, customers … that a file implies: each once, with the best value its lines have.

Of a field's candidates the first in the mapping's order that any line fills wins; among lines, the latest. An entry is
valid from its first line on. Memory grows with entries, not with lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.events import SCHEMA_VERSION
from contracts.fields import INSTANT
from ingestion.replay.cells import Row, Text, text_of
from ingestion.replay.conditions import Holds, all_hold
from ingestion.replay.drafts import Binding, Draft
from ingestion.replay.kinds import KINDS, MODELS, grammar_of
from ingestion.replay.mapping import Cell
from ingestion.replay.problems import LineRejected
from ingestion.replay.values import Value, reader_of


@dataclass
class _Best:
    rank: int
    at: datetime
    text: str


@dataclass
class _Entry:
    line: int
    first_at: datetime
    best: dict[str, _Best] = field(default_factory=dict)


class EntryPlan:
    """One catalogue event type and what the file says about its entries."""

    def __init__(self, event: str, fields: dict[str, list[Cell]], binding: Binding) -> None:
        self.model = MODELS[event]
        self._event, self._binding = event, binding
        self._key = [(name, self._text(fields[name][0])) for name in self.model.key_fields if name in fields]
        self._candidates = [
            (name, rank, self._text(cell), self._condition(cell))
            for name, cells in fields.items()
            if name not in self.model.key_fields
            for rank, cell in enumerate(cells)
        ]
        self._entries: dict[tuple[str, ...], _Entry] = {}

    def see(self, line: int, row: Row, at: datetime) -> None:
        """Take what a line says about the entry it names, if it names one."""
        key = tuple([text.of(row) or "" for _, text in self._key])
        if "" in key:
            return
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry(line, at)
        elif at < entry.first_at:
            entry.first_at = at
        for name, rank, text, fits in self._candidates:
            best = entry.best.get(name)
            if best is None or rank < best.rank or (rank == best.rank and at >= best.at):
                said = text.of(row)
                if said is not None and (fits is None or fits(row)):
                    entry.best[name] = _Best(rank, at, said)

    def drafts(self, id_prefix: str) -> Iterator[tuple[int, Draft | LineRejected]]:
        """Every entry with the line that first named it, as an event or as the reason why it cannot be one."""
        for key, entry in self._entries.items():
            try:
                yield entry.line, self._draft(key, entry, f"{id_prefix}:{entry.line}:{self._event}")
            except LineRejected as rejected:
                yield entry.line, LineRejected(f"{self._event} {':'.join(key)}: {rejected.reason}")

    def _draft(self, key: tuple[str, ...], entry: _Entry, event_id: str) -> Draft:
        texts = dict(zip((name for name, _ in self._key), key, strict=True))
        texts |= {name: best.text for name, best in entry.best.items()}
        when = Value(entry.first_at, INSTANT.write(entry.first_at))
        values = {name: self._value(name, text) for name, text in texts.items()}
        values |= {"event_time": when, "valid_from": when}
        for name, info in self.model.model_fields.items():
            if info.is_required() and name not in (*values, "event_id", "event_type", "schema_version", "source"):
                raise LineRejected(f"{name}: missing")
        envelope = {
            "event_id": event_id,
            "event_type": self._event,
            "schema_version": SCHEMA_VERSION,
            "source": self._binding.mapping.source,
        }
        blank: dict[str, Any] = dict.fromkeys(self.model.model_fields)
        wire = {**blank, **envelope, **{name: value.wire for name, value in values.items()}}
        typed = {**blank, **{name: value.typed for name, value in values.items()}}
        return Draft(self.model, wire, typed).obey()

    def _value(self, name: str, text: str) -> Value:
        try:
            return reader_of(grammar_of(self._event, name), self._binding.habits, Cell(constant=""))(text)
        except LineRejected as rejected:
            raise LineRejected(f"{name}: {rejected.reason}") from None

    def _text(self, cell: Cell) -> Text:
        if cell.field is None:
            return text_of(cell, self._binding.columns)
        return self._binding.texts[cell.field]

    def _condition(self, cell: Cell) -> Holds | None:
        if not cell.when:
            return None
        grammars = KINDS[self._binding.mapping.kind].mapping_fields()
        return all_hold(cell.when, self._binding.texts, grammars, self._binding.habits)
