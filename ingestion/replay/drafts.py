"""One event of one line: which cell fills which field, bound once to the file's columns, then run for each line.

The contract's models are too slow to build half a million times a minute; here their grammars judge each distinct text
once and their rules each event, so the verdict is the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from contracts.events import CATALOG, SCHEMA_VERSION, Event
from contracts.fields import INSTANT
from ingestion.replay.cells import Row, Text, text_of
from ingestion.replay.checks import DERIVED
from ingestion.replay.kinds import KINDS, MODELS, grammar_of
from ingestion.replay.mapping import Cell, LineRule, Mapping
from ingestion.replay.numbering import Numbering
from ingestion.replay.problems import LineRejected
from ingestion.replay.values import ABSENT, Habits, Value, end_of_day, instant, local_day, local_time, reader_of

Read = Callable[[Row], Value]
Message = tuple[str, bytes, bytes]
CACHE = 16_384
UNREFERENCED = "unreferenced"


@dataclass
class Draft:
    """An event before it is written: its JSON in the contract's order, and the same values typed."""

    model: type[Event]
    wire: dict[str, Any]
    typed: dict[str, Any]

    def message(self) -> Message:
        """Topic, key and value as Kafka gets them; absent fields are left out. Raises LineRejected on broken text."""
        model, wire = self.model, self.wire
        key = ":".join([str(wire[name] or "") for name in model.key_fields])
        if model.topic == CATALOG:
            key = f"{model.event}:{key}"
        try:
            value = orjson.dumps({name: value for name, value in wire.items() if value is not None})
            return model.topic, key.encode(), value
        except (TypeError, UnicodeEncodeError):
            raise LineRejected("text is not of the file's encoding; set file.encoding (latin-1, cp1252, …)") from None

    def obey(self) -> "Draft":
        """The draft itself. Raises LineRejected with the first rule of the contract that it breaks."""
        seen = _Seen()
        seen.__dict__ = self.typed
        for rule in self.model.rules:
            if not rule.holds(seen):
                raise LineRejected(rule.says)
        return self


class _Seen:
    """Typed values as attributes, for the contract's rules."""


@dataclass(frozen=True)
class Binding:
    """A mapping bound to the columns of a file."""

    mapping: Mapping
    columns: Sequence[str]
    habits: Habits
    texts: dict[str, Text]
    zone: Text
    numbering: Numbering | None

    @classmethod
    def of(cls, mapping: Mapping, columns: Sequence[str]) -> "Binding":
        """Bind every field and helper. Raises ReplayProblem if the file lacks a column."""
        cells = {name: cell for name, cell in mapping.cells.items() if cell.running_within is None}
        texts = {name: text_of(cell, columns) for name, cell in {**mapping.helpers, **cells}.items()}
        within = mapping.cells.get("line_number", Cell(constant="")).running_within
        numbering = Numbering([texts[name] for name in within]) if within else None
        return cls(mapping, columns, Habits.of(mapping), texts, text_of(mapping.time_zone, columns), numbering)


class EventPlan:
    """How a line becomes one kind of event."""

    def __init__(self, event: str, rule: LineRule, binding: Binding) -> None:
        self.model = MODELS[event]
        self._rule, self._binding, self._event = rule, binding, event
        self._cells = {**binding.mapping.cells, **rule.set}
        words = KINDS[binding.mapping.kind].fields_of(event)
        self._needs = KINDS[binding.mapping.kind].only_with.get(event)
        self._wire: dict[str, Any] = dict.fromkeys(self.model.model_fields)
        self._typed: dict[str, Any] = dict.fromkeys(self.model.model_fields)
        self._wire |= {
            "event_type": event,
            "schema_version": SCHEMA_VERSION,
            "source": binding.mapping.source,
        }
        self._reads: list[tuple[str, str, Read, bool]] = []
        for name, word in words.items():
            self._bind(name, word)

    def applies(self, row: Row) -> bool:
        """Whether the line has what this event cannot be without (a purchase order line may not be received yet)."""
        text = self._binding.texts.get(self._needs) if self._needs else None
        return self._needs is None or (text is not None and text.of(row) is not None)

    def draft(self, row: Row, event_id: str) -> Draft:
        """The event of a line. Raises LineRejected."""
        wire, typed = self._wire.copy(), self._typed.copy()
        wire["event_id"] = event_id
        for name, word, read, is_required in self._reads:
            try:
                value = read(row)
            except LineRejected as rejected:
                raise LineRejected(f"{word}: {rejected.reason}") from None
            if value is ABSENT:
                if is_required:
                    raise LineRejected(f"{word}: missing")
                continue
            typed[name], wire[name] = value
        if self._event == "return" and wire["returned_transaction_id"] is None and wire["reason"] is None:
            typed["reason"] = wire["reason"] = UNREFERENCED
        return Draft(self.model, wire, typed).obey()

    def _bind(self, name: str, word: str) -> None:
        is_required = self.model.model_fields[name].is_required()
        read = self._reader(name, word)
        if isinstance(read, Value):
            self._typed[name], self._wire[name] = read
        elif read is not None:
            self._reads.append((name, word, read, is_required))

    def _reader(self, name: str, word: str) -> Read | Value | None:
        cell = self._cells.get(word)
        source = DERIVED.get(self._event, {}).get(name)
        if cell is None:
            return self._derived(source) if source else None
        if cell.running_within is not None:
            return self._binding.numbering.current_value
        text = text_of(cell, self._binding.columns)
        grammar = grammar_of(self._event, name)
        if grammar is INSTANT:
            return _cached(text, self._binding.zone, lambda said, zone: self._instant(said, cell, zone))
        read = reader_of(grammar, self._binding.habits, cell, negate=word in self._rule.negate)
        if text.raw is None:
            constant = text.of([])
            return ABSENT if constant is None else read(constant)
        return _cached_one(text, read)

    def _derived(self, source: str) -> Read:
        """Local day of the event's time, or the end of the day it is about; the texts are the source field's."""
        cell = self._cells[source]
        text, zone, habits = text_of(cell, self._binding.columns), self._binding.zone, self._binding.habits
        if source == "event_time":
            return _cached(text, zone, lambda said, z: local_day(self._instant(said, cell, z).typed, z))
        days = reader_of(grammar_of(self._event, source), habits, cell)
        return _cached(text, zone, lambda said, z: end_of_day(days(said).typed, habits, z))

    def _instant(self, said: str, cell: Cell, zone: str) -> Value:
        return instant(self._binding.habits.utc(local_time(said, cell), zone))


def _cached_one(text: Text, read: Callable[[str], Value]) -> Read:
    """Each distinct text of a column is judged once."""

    @lru_cache(maxsize=CACHE)
    def value(raw: str) -> Value:
        said = text.clean(raw)
        return ABSENT if said is None else read(said)

    raw = text.raw
    return lambda row: value(raw(row))


def _cached(text: Text, zone: Text, read: Callable[[str, str], Value]) -> Read:
    @lru_cache(maxsize=CACHE)
    def value(raw: str, zone_raw: str) -> Value:
        said, where = text.clean(raw), zone.clean(zone_raw)
        if said is None:
            return ABSENT
        if where is None:
            raise LineRejected("time zone: missing")
        return read(said, where)

    raw, zone_raw = text.raw or _nothing, zone.raw or _nothing
    return lambda row: value(raw(row), zone_raw(row))


def _nothing(_row: Row) -> str:
    return ""
