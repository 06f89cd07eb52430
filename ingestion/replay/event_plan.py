"""How a line becomes one kind of event: which cell fills which field, bound once, then run for each line.

The contract's models are too slow to build half a million times in seconds; here their grammars judge each distinct
text once and their rules each event, so the verdict is the same.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from contracts.events import SCHEMA_VERSION
from contracts.fields import INSTANT
from ingestion.replay.binding import Binding
from ingestion.replay.cells import JOINT, Row, Text, text_of
from ingestion.replay.checks import DERIVED
from ingestion.replay.drafts import Draft
from ingestion.replay.kinds import MODELS, grammar_of
from ingestion.replay.mapping import Cell, LineRule
from ingestion.replay.problems import LineRejected
from ingestion.replay.values import ABSENT, Value, end_of_day, instant, local_day, local_time, reader_of

CACHE = 16_384
UNREFERENCED = "unreferenced"


class _Read(NamedTuple):
    """One field of an event: `value` takes the cell at `position`, or the whole line where that is None."""

    name: str
    word: str
    is_required: bool
    position: int | None
    value: Callable[[Any], Value]


class EventPlan:
    """One event type of one rule."""

    def __init__(self, event: str, rule: LineRule, binding: Binding) -> None:
        self.model = MODELS[event]
        self._event, self._rule, self._binding = event, rule, binding
        self._cells = {**binding.mapping.cells, **rule.set}
        self._needs = binding.kind.only_with.get(event)
        self._typed: dict[str, Any] = dict.fromkeys(self.model.model_fields)
        self._wire: dict[str, Any] = {}
        self._reads: list[_Read] = []
        self._bind_all()

    def applies(self, row: Row) -> bool:
        """Whether the line has what this event cannot be without (an ordered line may not be received yet)."""
        if self._needs is None:
            return True
        text = self._binding.texts.get(self._needs)
        return text is not None and text.of(row) is not None

    def draft(self, row: Row, event_id: str) -> Draft:
        """The event of a line. Raises LineRejected."""
        wire, typed = self._wire.copy(), self._typed.copy()
        wire["event_id"] = event_id
        for name, word, is_required, position, value in self._reads:
            try:
                found = value(row if position is None else row[position])
            except LineRejected as rejected:
                raise LineRejected(f"{word}: {rejected.reason}") from None
            if found is not ABSENT:
                typed[name], wire[name] = found
            elif is_required:
                raise LineRejected(f"{word}: missing")
            else:
                del wire[name]
        if self._event == "return":
            _give_reason(wire, typed)
        return Draft(self.model, wire, typed).obeyed()

    def _bind_all(self) -> None:
        words = self._binding.kind.fields_of(self._event)
        envelope = {
            "event_id": "",
            "event_type": self._event,
            "schema_version": SCHEMA_VERSION,
            "source": self._binding.mapping.source,
        }
        for name, info in self.model.model_fields.items():  # the order of the contract is the order of the JSON
            if name in envelope:
                self._wire[name] = envelope[name]
            elif name in words:
                self._bind(name, words[name], info.is_required())

    def _bind(self, name: str, word: str, is_required: bool) -> None:
        position, value = self._reader(name, word)
        if value is None:
            return
        if isinstance(value, Value):
            self._typed[name], self._wire[name] = value
            return
        self._wire[name] = None
        self._reads.append(_Read(name, word, is_required, position, value))

    def _reader(self, name: str, word: str) -> tuple[int | None, Any]:
        """Position and reader of a field, a constant instead of the reader, or None for a field nobody maps."""
        cell, source = self._cells.get(word), DERIVED.get(self._event, {}).get(name)
        if cell is None:
            return self._derived(source) if source else (None, None)
        if cell.running_within is not None and self._binding.numbering:
            return None, self._binding.numbering.current_value
        text = text_of(cell, self._binding.columns)
        grammar = grammar_of(self._event, name)
        if grammar is INSTANT:
            return self._zoned(text, lambda said, zone: self._instant(said, cell, zone))
        read = reader_of(grammar, self._binding.habits, cell, negate=word in self._rule.negate)
        if text.positions:
            return _cached(text, read)
        constant = text.of([])
        return None, None if constant is None else read(constant)

    def _derived(self, source: str) -> tuple[int | None, Any]:
        """Local day of the event's time, or the end of the day it is about; the texts are the source field's."""
        cell = self._cells[source]
        text, habits = text_of(cell, self._binding.columns), self._binding.habits
        if source == "event_time":
            return self._zoned(text, lambda said, zone: local_day(self._instant(said, cell, zone).typed, zone))
        days = reader_of(grammar_of(self._event, source), habits, cell)
        return self._zoned(text, lambda said, zone: end_of_day(days(said).typed, habits, zone))

    def _instant(self, said: str, cell: Cell, zone: str) -> Value:
        return instant(self._binding.habits.utc(local_time(said, cell), zone))

    def _zoned(self, text: Text, read: Callable[[str, str], Value]) -> tuple[int | None, Any]:
        zone = self._binding.zone
        count = len(text.positions)

        def value(raw: str) -> Value:
            cells = raw.split(JOINT)
            said, where = text.clean(JOINT.join(cells[:count])), zone.clean(JOINT.join(cells[count:]))
            if said is None:
                return ABSENT
            if where is None:
                raise LineRejected("time zone: missing")
            return read(said, where)

        return _cached_raw(Text((*text.positions, *zone.positions), zone.clean), value)


def _cached(text: Text, read: Callable[[str], Value]) -> tuple[int | None, Any]:
    def value(raw: str) -> Value:
        said = text.clean(raw)
        return ABSENT if said is None else read(said)

    return _cached_raw(text, value)


def _cached_raw(text: Text, value: Callable[[str], Value]) -> tuple[int | None, Any]:
    """Each distinct raw text is judged once."""
    cached = lru_cache(maxsize=CACHE)(value)
    if len(text.positions) == 1:
        return text.positions[0], cached
    return None, lambda row: cached(text.raw(row))


def _give_reason(wire: dict[str, Any], typed: dict[str, Any]) -> None:
    if "returned_transaction_id" not in wire and "reason" not in wire:
        typed["reason"] = wire["reason"] = UNREFERENCED
