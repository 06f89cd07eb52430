"""The contract's verdict for streams: a yes or no and typed values, several times faster than building a model.

It reads the same declarations as the models (kinds of fields, what is required, rules) and says the same as
`contracts.verdict.read_event`; a property test holds the two together.
"""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple, get_args

from contracts.events import TOPICS, Event
from contracts.fields import Kind, json_text
from contracts.verdict import read_object


class _Plan(NamedTuple):
    """How the messages of one event are read."""

    fields: tuple[tuple[str, Callable[[str], Any], bool], ...]  # name, parser of its text, required
    rules: tuple[Callable[[Any], bool], ...]


def read_valid(topic: str, payload: bytes) -> dict[str, Any] | None:
    """Every field of the event that a message is, null where it has none; None if it breaks a rule."""
    try:
        found = read_object(payload)
        plan = _plans(topic)[json_text(found["event_type"])]
        event = {}
        for name, parse, required in plan.fields:
            value = found.get(name)
            if value is None:
                if required:
                    return None
                event[name] = None
            else:
                event[name] = parse(value if type(value) is str else json_text(value))
    except (ValueError, ArithmeticError, LookupError, RecursionError):
        return None
    if plan.rules and not _obeys(event, plan.rules):
        return None
    return event


def _obeys(event: dict[str, Any], rules: tuple[Callable[[Any], bool], ...]) -> bool:
    as_object = SimpleNamespace(**event)
    return all(holds(as_object) for holds in rules)


@cache
def _plans(topic: str) -> dict[str, _Plan]:
    return {name: _plan(model) for name, model in TOPICS[topic].items()}


def _plan(model: type[Event]) -> _Plan:
    return _Plan(
        tuple((name, kind_of(model, name).parse, info.is_required()) for name, info in model.model_fields.items()),
        tuple(rule.holds for rule in model.rules),
    )


def kind_of(model: type[Event], name: str) -> Kind:
    """The grammar of a field."""
    info = model.model_fields[name]
    marks = list(info.metadata)
    for part in get_args(info.annotation):
        marks += getattr(part, "__metadata__", ())
    return next(mark for mark in marks if isinstance(mark, Kind))
