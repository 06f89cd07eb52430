"""What becomes of a line: the first rule that fits says which events it is, or why it is none."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ingestion.replay.binding import Binding
from ingestion.replay.cells import Row
from ingestion.replay.conditions import Holds, all_hold
from ingestion.replay.drafts import Draft
from ingestion.replay.event_plan import EventPlan
from ingestion.replay.mapping import LineRule, Mapping
from ingestion.replay.problems import LineRejected
from ingestion.replay.returns import SaleFinder

EventId = Callable[[int, Row], str]


@dataclass
class _BoundRule:
    holds: Holds | None
    plans: list[EventPlan]
    reject: str | None
    finder: SaleFinder | None

    @property
    def is_several(self) -> bool:
        return len(self.plans) > 1


@dataclass
class Translator:
    """Lines to drafts, with what must be remembered from line to line. Make a new one for each pass over the file."""

    binding: Binding
    source: str
    fingerprint: str
    finders: dict[tuple[str, ...], SaleFinder] = field(default_factory=dict)
    is_survey: bool = False

    def __post_init__(self) -> None:
        mapping = self.binding.mapping
        self._width = len(self.binding.columns)
        self._rules = [self._bound(rule) for rule in mapping.line_rules]
        self._event_id = self._id_from_line if mapping.event_id == "line" else self._id_from_fields
        self._sales_matter = bool(self.finders)

    def drafts(self, line: int, row: Row) -> list[Draft]:
        """The events of a line, at least one. Raises LineRejected."""
        if len(row) != self._width:
            raise LineRejected(f"{len(row)} cells where the file has {self._width} columns")
        if self.binding.numbering:
            self.binding.numbering.count(row)
        rule = self._rule_for(row)
        event_id = self._event_id(line, row)
        drafts = _several(rule.plans, row, event_id) if rule.is_several else [rule.plans[0].draft(row, event_id)]
        if self._sales_matter:
            self._relate(rule, drafts[0])
        return drafts

    def _rule_for(self, row: Row) -> _BoundRule:
        for rule in self._rules:
            if rule.holds is None or rule.holds(row):
                if rule.reject is not None:
                    raise LineRejected(rule.reject)
                return rule
        raise LineRejected("no rule of the mapping fits this line")

    def _relate(self, rule: _BoundRule, draft: Draft) -> None:
        if rule.finder:
            rule.finder.note(draft) if self.is_survey else rule.finder.resolve(draft)
        elif draft.model.event == "sale" and not self.is_survey:
            for finder in self.finders.values():
                finder.remember(draft)

    def _bound(self, rule: LineRule) -> _BoundRule:
        binding = self.binding
        holds = all_hold(rule.when, binding.texts, binding.grammars, binding.habits) if rule.when else None
        plans = [EventPlan(event, rule, binding) for event in rule.event or []]
        by = tuple(rule.find_sale_by or ())
        finder = self.finders.setdefault(by, SaleFinder(by)) if by else None
        return _BoundRule(holds, plans, rule.reject, finder)

    def _id_from_line(self, line: int, _row: Row) -> str:
        return f"{self.source}:{self.fingerprint}:{line}"

    def _identity(self, name: str, row: Row) -> str | None:
        text, numbering = self.binding.texts.get(name), self.binding.numbering
        return text.of(row) if text or not numbering else str(numbering.current)

    def _id_from_fields(self, _line: int, row: Row) -> str:
        parts = [self._identity(name, row) for name in self.binding.mapping.event_id]
        if None in parts:
            raise LineRejected("event_id: a field it is made of is empty")
        event_id = ":".join((self.source, self.binding.mapping.kind, *parts))
        if len(event_id.encode("utf-8", "surrogateescape")) > 200:
            raise LineRejected("event_id: longer than 200 bytes")
        return event_id


def _several(plans: list[EventPlan], row: Row, event_id: str) -> list[Draft]:
    """One line may be several events (ordered and received): each id says which."""
    drafts = [plan.draft(row, f"{event_id}:{plan.model.event}") for plan in plans if plan.applies(row)]
    if not drafts:
        raise LineRejected("no event: what it would be made of is empty")
    return drafts


def translator(mapping: Mapping, columns: tuple[str, ...], fingerprint: str, **more: object) -> Translator:
    """A fresh translator. Raises ReplayProblem if the file lacks a column."""
    return Translator(Binding.of(mapping, columns), mapping.source, fingerprint, **more)  # type: ignore[arg-type]
