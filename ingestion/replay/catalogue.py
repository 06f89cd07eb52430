"""The products, locations, customers … that a file implies: each once, with the best value its lines have.

Of a field's candidates the first in the mapping's order that any line fills wins; among lines, the latest. An entry is
valid from its first line on. Memory grows with entries, not with lines.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from contracts.events import SCHEMA_VERSION
from contracts.fields import INSTANT
from ingestion.replay.binding import Binding
from ingestion.replay.cells import Row, Text, text_of
from ingestion.replay.conditions import Holds, all_hold
from ingestion.replay.drafts import Draft
from ingestion.replay.kinds import MODELS, grammar_of
from ingestion.replay.mapping import Cell
from ingestion.replay.problems import LineRejected
from ingestion.replay.rulebook import Rulebook
from ingestion.replay.values import Value, reader_of

ENVELOPE = ("event_id", "event_type", "schema_version", "source")
MEMORY = 65_536  # distinct statements kept before they are forgotten and worked out again

Key = tuple[str, ...]


@dataclass(frozen=True)
class _Candidate:
    name: str
    rank: int
    text: Text
    fits: Holds | None
    read: Callable[[str], Value]

    def of(self, row: Row) -> str | None:
        """What the line says, if it may speak."""
        said = self.text.of(row)
        return said if said is not None and (self.fits is None or self.fits(row)) else None

    def value(self, text: str) -> Value:
        """The text as the contract wants it. Raises LineRejected."""
        try:
            return self.read(text)
        except LineRejected as rejected:
            raise LineRejected(f"{self.name}: {rejected.reason}") from None


@dataclass(frozen=True, eq=False)
class _Statement:
    """What some lines say alike about an entry: (field, rank of the candidate, text)."""

    key: Key
    says: tuple[tuple[str, int, str], ...]


@dataclass
class _Entry:
    line: int
    first_at: datetime
    last: _Statement
    last_at: datetime
    best: dict[str, tuple[int, datetime, str]] = field(default_factory=dict)

    def hear(self, statement: _Statement, at: datetime) -> None:
        """Lines in a row mostly say the same: they are one statement with the latest of their times."""
        if statement is self.last:
            self.last_at = max(self.last_at, at)
        else:
            self.settle()
            self.last, self.last_at = statement, at
        self.first_at = min(self.first_at, at)

    def settle(self) -> None:
        """Keep of the last statement what is better than what is known."""
        for name, rank, text in self.last.says:
            best = self.best.get(name)
            if best is None or rank < best[0] or (rank == best[0] and self.last_at >= best[1]):
                self.best[name] = (rank, self.last_at, text)


class EntryPlan:
    """One catalogue event type and what the file says about its entries."""

    def __init__(self, event: str, fields: dict[str, list[Cell]], binding: Binding) -> None:
        self.model = MODELS[event]
        self._event, self._binding, self._rules = event, binding, Rulebook.of(self.model)
        self._key = [
            _Candidate(name, 0, self._text(fields[name][0]), None, self._reader(name, fields[name][0]))
            for name in self.model.key_fields
            if name in fields
        ]
        self._candidates = [
            _Candidate(name, rank, self._text(cell), self._condition(cell), self._reader(name, cell))
            for name, cells in fields.items()
            if name not in self.model.key_fields
            for rank, cell in enumerate(cells)
        ]
        self._raw = itemgetter(*self._positions(fields))
        self._statements: dict[Any, _Statement] = {}
        self._entries: dict[Key, _Entry] = {}

    def see(self, line: int, row: Row, at: datetime) -> None:
        """Take what a line says about the entry it names, if it names one."""
        statement = self._statement(row)
        entry = self._entries.get(statement.key)
        if entry is not None:
            entry.hear(statement, at)
        elif all(statement.key):
            self._entries[statement.key] = _Entry(line, at, statement, at)

    def _statement(self, row: Row) -> _Statement:
        raw = self._raw(row)
        known = self._statements.get(raw)
        if known is None:
            if len(self._statements) >= MEMORY:
                self._statements.clear()
            known = self._statements[raw] = self._worked_out(row)
        return known

    def _worked_out(self, row: Row) -> _Statement:
        key = tuple([part.of(row) or "" for part in self._key])
        told = [(candidate.name, candidate.rank, candidate.of(row)) for candidate in self._candidates]
        return _Statement(key, tuple((name, rank, said) for name, rank, said in told if said is not None))

    def drafts(self, id_prefix: str) -> Iterator[tuple[int, Draft | LineRejected]]:
        """Every entry with the line that first named it, as an event or as the reason why it cannot be one."""
        for key, entry in self._entries.items():
            entry.settle()
            try:
                yield entry.line, self._draft(key, entry, f"{id_prefix}:{entry.line}:{self._event}")
            except LineRejected as rejected:
                yield entry.line, LineRejected(f"{self._event} {':'.join(key)}: {rejected.reason}")

    def _draft(self, key: Key, entry: _Entry, event_id: str) -> Draft:
        values = {part.name: part.value(text) for part, text in zip(self._key, key, strict=True)}
        for candidate in self._candidates:
            best = entry.best.get(candidate.name)
            if best is not None and best[0] == candidate.rank:
                values[candidate.name] = candidate.value(best[2])
        when = Value(entry.first_at, INSTANT.write(entry.first_at))
        values |= {"event_time": when, "valid_from": when}
        wire = dict(zip(ENVELOPE, (event_id, self._event, SCHEMA_VERSION, self._binding.mapping.source), strict=True))
        wire |= {name: value.wire for name, value in values.items()}
        for name, info in self.model.model_fields.items():
            if info.is_required() and name not in wire:
                raise LineRejected(f"{name}: missing")
        ordered = {name: wire[name] for name in self.model.model_fields if name in wire}
        typed = {name: value.typed for name, value in values.items()}
        for name, value in typed.items():
            self._rules.judge_field(name, value)
        self._rules.judge_event(typed)
        return Draft(self.model, ordered, typed)

    def _text(self, cell: Cell) -> Text:
        return text_of(cell, self._binding.columns) if cell.field is None else self._binding.texts[cell.field]

    def _reader(self, name: str, cell: Cell) -> Callable[[str], Value]:
        written = self._binding.mapping.cells.get(cell.field or "", cell)
        return reader_of(grammar_of(self._event, name), self._binding.habits, written)

    def _condition(self, cell: Cell) -> Holds | None:
        binding = self._binding
        return all_hold(cell.when, binding.texts, binding.grammars, binding.habits) if cell.when else None

    def _positions(self, fields: dict[str, list[Cell]]) -> list[int]:
        cells = [cell for candidates in fields.values() for cell in candidates]
        texts = [self._text(cell) for cell in cells]
        texts += [self._binding.texts[name] for cell in cells for name in cell.when or {}]
        return sorted({position for text in texts for position in text.positions})
