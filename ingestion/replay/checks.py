"""Compare a mapping with its kind and the contract: fields that exist, fields that are needed, values that can be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.events import CATALOG, TOPICS
from ingestion.replay.kinds import ENVELOPE, KINDS, MODELS, FileKind, grammar_of
from ingestion.replay.mapping import Cell, LineRule, Mapping
from ingestion.replay.yaml_tree import Path

# Fields the engine makes where the mapping is silent: event -> field -> the mapping field it is made from.
DERIVED = {
    "sale": {"business_date": "event_time"},
    "return": {"business_date": "event_time"},
    "void": {"business_date": "event_time"},
    "store_day_closed": {"event_time": "business_date"},
}


class Finding(NamedTuple):
    """One thing that is wrong, and where."""

    path: Path
    says: str


@dataclass(frozen=True)
class _Checker:
    mapping: Mapping
    kind: FileKind

    def all(self) -> Iterator[Finding]:
        yield from self.names()
        yield from self.constants()
        yield from self.cells()
        for number, rule in enumerate(self.mapping.line_rules):
            path: Path = ("rules", number) if self.mapping.rules else ("columns",)
            yield from self.rule(rule, path)
        for event, fields in self.mapping.catalog.items():
            yield from self.catalog(event, fields)

    def names(self) -> Iterator[Finding]:
        known = self.kind.mapping_fields()
        for part in ("columns", "constants"):
            for name in getattr(self.mapping, part):
                if name not in known:
                    yield Finding((part, name), _no_field(name, self.mapping.kind, known))
        for name in {*self.mapping.columns} & {*self.mapping.constants}:
            yield Finding(("constants", name), "is mapped under columns too; keep one")
        for name in {*self.mapping.helpers} & known.keys():
            yield Finding(("helpers", name), "is a field; move it to columns, or give the helper another name")
        if isinstance(self.mapping.event_id, list):
            yield from self.known_words(self.mapping.event_id, ("event_id",))

    def constants(self) -> Iterator[Finding]:
        known = self.kind.mapping_fields()
        for name, text in self.mapping.constants.items():
            if name in known and known[name].sql_type.startswith(("Decimal", "LowCardinality")):
                yield from _readable(name, text, known[name], ("constants", name))
        zone = self.mapping.time_zone
        zones = [zone.constant] if zone.constant is not None else [*(zone.values or {}).values()]
        for text in zones:
            if not _is_zone(text):
                yield Finding(("time_zone",), f"{text!r} is no time zone; write one like Europe/London or UTC")

    def cells(self) -> Iterator[Finding]:
        for part in ("columns", "helpers"):
            for name, cell in getattr(self.mapping, part).items():
                yield from self.cell(name, cell, (part, name))

    def cell(self, name: str, cell: Cell, path: Path) -> Iterator[Finding]:
        if cell.field is not None or cell.when is not None:
            yield Finding(path, "field and when are for catalog entries only; name a column")
        if cell.running_within is not None:
            if name != "line_number":
                yield Finding(path, "running_within numbers lines: use it for line_number only")
            yield from self.readable_words(cell.running_within, (*path, "running_within"))

    def rule(self, rule: LineRule, path: Path) -> Iterator[Finding]:
        yield from self.readable_words(rule.when, (*path, "when"))
        yield from self.known_words([*rule.negate], (*path, "negate"))
        yield from self.known_words(rule.find_sale_by or [], (*path, "find_sale_by"))
        for event in rule.event or []:
            if event not in self.kind.events:
                allowed = ", ".join(self.kind.events)
                yield Finding((*path, "event"), f"{event} does not come from a {self.mapping.kind} file; use {allowed}")
            else:
                yield from self.needed(event, rule, path)
        yield from self.settable(rule, path)

    def settable(self, rule: LineRule, path: Path) -> Iterator[Finding]:
        events = [event for event in rule.event or [] if event in self.kind.events]
        known = {word: (event, name) for event in events for name, word in self.kind.fields_of(event).items()}
        for word, cell in rule.set.items():
            if word not in known:
                yield Finding((*path, "set", word), _no_field(word, " or ".join(events) or "a rejected line", known))
            elif cell.constant is not None:
                yield from _readable(word, cell.constant, grammar_of(*known[word]), (*path, "set", word))

    def needed(self, event: str, rule: LineRule, path: Path) -> Iterator[Finding]:
        if self.is_left_out(event):
            return
        has = self.mapping.cells.keys() | rule.set.keys()
        for name, word in self.kind.fields_of(event).items():
            source = DERIVED.get(event, {}).get(name)
            if MODELS[event].model_fields[name].is_required() and word not in has and source not in has:
                yield Finding(path, f"{event} needs {word}; map it under columns or give it under constants")

    def is_left_out(self, event: str) -> bool:
        word = self.kind.only_with.get(event)
        return word is not None and word not in self.mapping.cells

    def catalog(self, event: str, fields: dict[str, list[Cell]]) -> Iterator[Finding]:
        path: Path = ("catalog", event)
        if event not in TOPICS[CATALOG]:
            yield Finding(path, f"is no catalogue event; use {', '.join(TOPICS[CATALOG])}")
            return
        own = {name for name in MODELS[event].model_fields if name not in (*ENVELOPE, "event_time", "valid_from")}
        for name, candidates in fields.items():
            if name not in own:
                yield Finding((*path, name), _no_field(name, event, own))
            else:
                yield from self.candidates(event, name, candidates, (*path, name))
        for name in own - fields.keys():
            if MODELS[event].model_fields[name].is_required():
                yield Finding(path, f"{event} needs {name}; add it here")

    def candidates(self, event: str, name: str, cells: list[Cell], path: Path) -> Iterator[Finding]:
        for cell in cells:
            if cell.constant is not None:
                yield from _readable(name, cell.constant, grammar_of(event, name), path)
            if cell.field is not None:
                yield from self.readable_words([cell.field], path)
            yield from self.readable_words(cell.when or {}, path)
            if cell.running_within is not None:
                yield Finding(path, "running_within numbers lines: use it for line_number only")

    def readable_words(self, words: Iterable[str], path: Path) -> Iterator[Finding]:
        """Words whose text a line holds; a line number that is counted has none."""
        line_number = self.mapping.cells.get("line_number")
        if "line_number" in words and line_number is not None and line_number.running_within is not None:
            yield Finding(path, "line_number is counted here, not read; name another field")
        yield from self.known_words([*words], path)

    def known_words(self, words: list[str], path: Path) -> Iterator[Finding]:
        known = {*self.mapping.cells, *self.mapping.helpers}
        for word in words:
            if word not in known:
                yield Finding(path, f"{word} is mapped nowhere; add it under columns or helpers{_near(word, known)}")


def findings(mapping: Mapping) -> list[Finding]:
    """Everything in the mapping that cannot work, in the file's order of parts."""
    return list(_Checker(mapping, KINDS[mapping.kind]).all())


def _no_field(name: str, of: str, known: object) -> str:
    return f"is no field of {of}{_near(name, known)}"


def _near(name: str, known: object) -> str:
    near = get_close_matches(name, list(known), n=1)  # type: ignore[call-overload]
    return f"; did you mean {near[0]}?" if near else ""


def _readable(name: str, text: str, grammar: object, path: Path) -> Iterator[Finding]:
    try:
        grammar.read(text)  # type: ignore[attr-defined]
    except ValueError as error:
        yield Finding(path, f"{text!r} is {error}")


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
