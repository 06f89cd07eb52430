"""The contract's rules, sorted by how often they must be asked.

A rule about one field is asked where the field's text is read, once for each distinct text; the others for each event.
"""

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.events import Event, Rule
from ingestion.replay.problems import LineRejected

_PROBES = (None, Decimal(1), Decimal(-1))


class _Seen:
    """Typed values as attributes; what a line does not say is None."""

    def __init__(self, typed: dict[str, Any]) -> None:
        self.__dict__ = typed

    def __getattr__(self, name: str) -> None:
        return None


class _Probe:
    """Answers every question alike and remembers what was asked."""

    def __init__(self, answer: object) -> None:
        self._answer = answer
        self._asked: set[str] = set()

    def __getattr__(self, name: str) -> object:
        self._asked.add(name)
        return self._answer


@dataclass(frozen=True)
class Rulebook:
    """A model's rules about one field, by that field, and those about several."""

    of_field: dict[str, list[Rule]]
    of_event: list[Rule]

    @classmethod
    def of(cls, model: type[Event]) -> "Rulebook":
        """Sort the model's rules by asking each which fields it looks at."""
        of_field: dict[str, list[Rule]] = {}
        of_event = []
        for rule in model.rules:
            fields = _fields_of(rule)
            if len(fields) == 1:
                of_field.setdefault(fields.pop(), []).append(rule)
            else:
                of_event.append(rule)
        return cls(of_field, of_event)

    def judge_field(self, name: str, value: object) -> None:
        """Raises LineRejected with the first rule that the value breaks by itself."""
        for rule in self.of_field.get(name, ()):
            _judge(rule, {name: value})

    def judge_event(self, typed: dict[str, Any]) -> None:
        """Raises LineRejected with the first rule that the event's fields break together."""
        for rule in self.of_event:
            _judge(rule, typed)


def _judge(rule: Rule, typed: dict[str, Any]) -> None:
    if not rule.holds(_Seen(typed)):
        raise LineRejected(rule.says)


def _fields_of(rule: Rule) -> set[str]:
    asked: set[str] = set()
    for answer in _PROBES:
        probe = _Probe(answer)
        with suppress(TypeError):  # a rule over dates or words cannot compare a number; what it asked is known
            rule.holds(probe)
        asked |= probe._asked
    return asked
