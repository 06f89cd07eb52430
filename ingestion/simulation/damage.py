"""Copies of events that are not quite what they should be."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import orjson

from ingestion.simulation.message import Message
from ingestion.simulation.outbox import Fields, Pending


def with_new_id(event: Pending) -> Pending:
    """The same fact under another event id."""
    return Pending(event.event_type, event.time, {**event.fields, "event_id": f"{event.fields['event_id']}-again"})


def corrected(event: Pending) -> tuple[Pending, Pending]:
    """An event with a slip of the keyboard, and the event that replaces it: ten times the price or the quantity."""
    name = "unit_price" if event.event_type == "sale" else "quantity"
    slip = format(Decimal(event.fields[name]) * 10, "f")
    wrong = {**event.fields, name: slip}
    right = {**event.fields, "event_id": f"{event.fields['event_id']}-corrected"}
    right["corrects_event_id"] = event.fields["event_id"]
    return Pending(event.event_type, event.time, wrong), Pending(event.event_type, event.time, right)


def damaged(event: Pending, random: np.random.Generator) -> tuple[Message, str]:
    """A copy that no contract takes, under the same key and id, and what is wrong with it."""
    kind = str(random.choice(list(DAMAGES)))
    good = event.message()
    return Message(good.topic, good.key, DAMAGES[kind](dict(event.fields))), kind


def _truncated(fields: Fields) -> bytes:
    return orjson.dumps(fields)[:-20]


def _not_json(_fields: Fields) -> bytes:
    return b"\x00\xff not json at all"


def _array(fields: Fields) -> bytes:
    return orjson.dumps(list(fields.values()))


def _missing(fields: Fields) -> bytes:
    return orjson.dumps({name: value for name, value in fields.items() if name != "source"})


def _unknown_type(fields: Fields) -> bytes:
    return orjson.dumps({**fields, "event_type": "sail"})


def _bad_time(fields: Fields) -> bytes:
    return orjson.dumps({**fields, "event_time": fields["event_time"].replace("T", " ")})


def _bad_version(fields: Fields) -> bytes:
    return orjson.dumps({**fields, "schema_version": "one"})


DAMAGES: dict[str, Callable[[Fields], bytes]] = {
    "truncated": _truncated,
    "not_json": _not_json,
    "array": _array,
    "missing_field": _missing,
    "unknown_type": _unknown_type,
    "bad_time": _bad_time,
    "bad_version": _bad_version,
}
