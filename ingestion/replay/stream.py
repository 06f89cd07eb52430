"""A file and a mapping as a stream of steps: pure, the same bytes every time.

Two passes: the first finds what a single line cannot know (catalogue entries, returns whose sale is wanted), the second
makes the events. The catalogue goes first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingestion.replay.catalogue import EntryPlan
from ingestion.replay.drafts import Draft, Message
from ingestion.replay.lines import Translator, translator
from ingestion.replay.mapping import Mapping
from ingestion.replay.problems import LineRejected
from ingestion.replay.readers import Row, Table, open_table
from ingestion.replay.returns import SaleFinder

Finders = dict[tuple[str, ...], SaleFinder]
REJECTED = "rejected"


@dataclass(slots=True)
class Step:
    """What one line gave; `outcome` names its events, or is `rejected`. Catalogue entries are steps of their own."""

    line: int
    outcome: str
    messages: list[Message]
    is_line: bool = True
    at: datetime | None = None
    reason: str = ""
    row: Row | None = None


@dataclass
class Survey:
    """What the first pass found."""

    lines: int
    entries: list[EntryPlan]
    finders: Finders


def survey(table: Table, mapping: Mapping, fingerprint: str, seen: Callable[[int], None]) -> Survey:
    """The first pass; `seen` is told how many lines were read. Raises ReplayProblem."""
    first = translator(mapping, table.columns, fingerprint, is_survey=True)
    entries = [EntryPlan(event, fields, first.binding) for event, fields in mapping.catalog.items()]
    if not entries and not first.finders:
        return Survey(0, [], {})
    lines = 0
    for line, row in table.lines():
        lines += 1
        _note(first, entries, line, row)
        if lines % 10_000 == 0:
            seen(lines)
    seen(lines)
    return Survey(lines, entries, first.finders)


def _note(first: Translator, entries: list[EntryPlan], line: int, row: Row) -> None:
    try:
        at = first.drafts(line, row)[0].typed["event_time"]
        for entry in entries:
            entry.see(line, row, at)
    except LineRejected:
        return  # the second pass says so


def replay_steps(
    path: Path, mapping: Mapping, fingerprint: str, surveyed: Callable[[int], None] = lambda lines: None
) -> Iterator[Step]:
    """Every event and every reject of a file, in a fixed order. Raises ReplayProblem."""
    table = open_table(path, mapping.file)
    found = survey(table, mapping, fingerprint, surveyed)
    yield from _catalogue_steps(found, f"{mapping.source}:{fingerprint}")
    second = translator(mapping, table.columns, fingerprint, finders=found.finders)
    for line, row in table.lines():
        yield _line_step(second, line, row)


def _catalogue_steps(found: Survey, id_prefix: str) -> Iterator[Step]:
    for plan in found.entries:
        for line, draft in plan.drafts(id_prefix):
            try:
                if isinstance(draft, LineRejected):
                    raise draft
                yield Step(line, draft.model.event, [draft.message()], is_line=False)
            except LineRejected as rejected:
                yield Step(line, REJECTED, [], is_line=False, reason=rejected.reason)


def _line_step(second: Translator, line: int, row: Row) -> Step:
    try:
        drafts = second.drafts(line, row)
        messages = [draft.message() for draft in drafts]
        return Step(line, _outcome(drafts), messages, at=drafts[0].typed["event_time"])
    except LineRejected as rejected:
        return Step(line, REJECTED, [], reason=rejected.reason, row=row)


def _outcome(drafts: list[Draft]) -> str:
    if len(drafts) == 1:
        return drafts[0].model.event
    return " + ".join(draft.model.event for draft in drafts)
