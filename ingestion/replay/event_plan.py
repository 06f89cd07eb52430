"""How a line becomes one kind of event: which cells fill which fields, bound once, then run for each line.

The contract's models are too slow to build half a million times in seconds. Here fields that are read from the same
cells are one group, judged by the contract once for each distinct text, so the verdict is the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from contracts.events import SCHEMA_VERSION
from contracts.fields import INSTANT
from ingestion.replay.binding import Binding
from ingestion.replay.cells import JOINT, Row, Text, text_of
from ingestion.replay.checks import DERIVED
from ingestion.replay.drafts import Draft
from ingestion.replay.kinds import MODELS, grammar_of
from ingestion.replay.mapping import Cell, LineRule
from ingestion.replay.problems import LineRejected, ReplayProblem
from ingestion.replay.rulebook import Rulebook
from ingestion.replay.values import ABSENT, Value, end_of_day, instant, local_day, local_time, reader_of

CACHE = 16_384
UNREFERENCED = "unreferenced"

Positions = tuple[int, ...]
Values = tuple[dict[str, Any], dict[str, Any]]  # typed, and as JSON


@dataclass(frozen=True)
class _Field:
    """One field of an event; `value` takes the raw text of the cells at `positions`."""

    name: str
    word: str
    is_required: bool
    positions: Positions
    value: Callable[[str], Value]

    def of(self, raw: str, rules: Rulebook) -> Value:
        """The value. Raises LineRejected that begins with the mapping's word for the field."""
        try:
            found = self.value(raw)
            rules.judge_field(self.name, found.typed)
        except LineRejected as rejected:
            reason = rejected.reason.removeprefix(f"{self.name}: ")
            raise LineRejected(f"{self.word}: {reason}") from None
        if found is ABSENT and self.is_required:
            raise LineRejected(f"{self.word}: missing")
        return found


class EventPlan:
    """One event type of one rule."""

    def __init__(self, event: str, rule: LineRule, binding: Binding) -> None:
        self.model = MODELS[event]
        self._event, self._rule, self._binding = event, rule, binding
        self._cells = {**binding.mapping.cells, **rule.set}
        self._needs = binding.kind.only_with.get(event)
        self._rules = Rulebook.of(self.model)
        self._numbering = None
        fields = self._fields()
        self._typed, self._wire = self._constants([field for field in fields if not field.positions])
        self._groups = _groups([field for field in fields if field.positions], self._rules)

    def applies(self, row: Row) -> bool:
        """Whether the line has what this event cannot be without (an ordered line may not be received yet)."""
        if self._needs is None:
            return True
        text = self._binding.texts.get(self._needs)
        return text is not None and text.of(row) is not None

    def draft(self, row: Row, event_id: str) -> Draft:
        """The event of a line. Raises LineRejected."""
        typed, wire = self._typed.copy(), self._wire.copy()
        wire["event_id"] = event_id
        for pick, values in self._groups:
            group_typed, group_wire = values(pick(row))
            typed.update(group_typed)
            wire.update(group_wire)
        if self._numbering:
            typed["line_number"] = wire["line_number"] = self._numbering.current
        if self._event == "return" and "returned_transaction_id" not in wire and "reason" not in wire:
            typed["reason"] = wire["reason"] = UNREFERENCED
        if self._rules.of_event:
            self._rules.judge_event(typed)
        return Draft(self.model, wire, typed)

    def _fields(self) -> list[_Field]:
        fields = []
        for name, word in self._binding.kind.fields_of(self._event).items():
            cell, source = self._cells.get(word), DERIVED.get(self._event, {}).get(name)
            is_required = self.model.model_fields[name].is_required()
            if cell is not None and cell.running_within is not None:
                self._numbering = self._binding.numbering
            elif cell is not None:
                fields.append(_Field(name, word, is_required, *self._read(name, word, cell)))
            elif source is not None:
                fields.append(_Field(name, word, is_required, *self._derive(source)))
        return fields

    def _constants(self, fields: list[_Field]) -> Values:
        typed: dict[str, Any] = {}
        wire: dict[str, Any] = {
            "event_id": "",
            "event_type": self._event,
            "schema_version": SCHEMA_VERSION,
            "source": self._binding.mapping.source,
        }
        for field in fields:
            try:
                found = field.of("", self._rules)
            except LineRejected as rejected:
                raise ReplayProblem(f"A constant of the mapping does not fit: {rejected.reason}.") from None
            if found is not ABSENT:
                typed[field.name], wire[field.name] = found
        return typed, wire

    def _read(self, name: str, word: str, cell: Cell) -> tuple[Positions, Callable[[str], Value]]:
        text, grammar = text_of(cell, self._binding.columns), grammar_of(self._event, name)
        if grammar is INSTANT:
            return self._zoned(text, lambda said, zone: self._instant(said, cell, zone))
        read = reader_of(grammar, self._binding.habits, cell, negate=word in self._rule.negate)

        def value(raw: str) -> Value:
            said = text.clean(raw)
            return ABSENT if said is None else read(said)

        return text.positions, value

    def _derive(self, source: str) -> tuple[Positions, Callable[[str], Value]]:
        """Local day of the event's time, or the end of the day it is about; the texts are the source field's."""
        cell, habits = self._cells[source], self._binding.habits
        text = text_of(cell, self._binding.columns)
        if source == "event_time":
            return self._zoned(text, lambda said, zone: local_day(self._instant(said, cell, zone).typed, zone))
        days = reader_of(grammar_of(self._event, source), habits, cell)
        return self._zoned(text, lambda said, zone: end_of_day(days(said).typed, habits, zone))

    def _instant(self, said: str, cell: Cell, zone: str) -> Value:
        return instant(self._binding.habits.utc(local_time(said, cell), zone))

    def _zoned(self, text: Text, read: Callable[[str, str], Value]) -> tuple[Positions, Callable[[str], Value]]:
        zone, count = self._binding.zone, len(text.positions)

        def value(raw: str) -> Value:
            cells = raw.split(JOINT)
            said, where = text.clean(JOINT.join(cells[:count])), zone.clean(JOINT.join(cells[count:]))
            if said is None:
                return ABSENT
            if where is None:
                raise LineRejected("time zone: missing")
            return read(said, where)

        return (*text.positions, *zone.positions), value


def _groups(fields: list[_Field], rules: Rulebook) -> list[tuple[Callable[[Row], str], Callable[[str], Values]]]:
    by_positions: dict[Positions, list[_Field]] = {}
    for field in fields:
        by_positions.setdefault(field.positions, []).append(field)
    return [(_picker(positions), _cached(group, rules)) for positions, group in by_positions.items()]


def _picker(positions: Positions) -> Callable[[Row], str]:
    cells = itemgetter(*positions)
    return cells if len(positions) == 1 else lambda row: JOINT.join(cells(row))


def _cached(fields: list[_Field], rules: Rulebook) -> Callable[[str], Values]:
    @lru_cache(maxsize=CACHE)
    def values(raw: str) -> Values:
        found = {field.name: field.of(raw, rules) for field in fields}
        present = {name: value for name, value in found.items() if value is not ABSENT}
        return {name: v.typed for name, v in present.items()}, {name: v.wire for name, v in present.items()}

    return values
