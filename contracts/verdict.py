"""Judge a message by the contract, before it is sent or after it arrived."""

import json
import math
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from contracts.events import TOPICS, Event
from contracts.fields import json_text

_LONGEST_INT = 1000
UNREADABLE = "not a JSON object"
NO_TYPE = "event_type: missing"
UNKNOWN_TYPE = "event_type: not one of this topic's"


class BrokenRuleError(ValueError):
    """A message breaks the contract; its text is the first rule broken, in the words of the raw table's `_error`."""


def verdict(topic: str, payload: bytes) -> str:
    """The first rule that a message breaks, '' if none; the raw table's `_error` says the same."""
    try:
        read_event(topic, payload)
    except BrokenRuleError as broken:
        return str(broken)
    return ""


def read_event(topic: str, payload: bytes) -> Event:
    """The event that a message is. Raises BrokenRuleError."""
    try:
        event = read_object(payload)
    except ValueError:
        raise BrokenRuleError(UNREADABLE) from None
    kind = event.get("event_type")
    if kind is None:
        raise BrokenRuleError(NO_TYPE)
    model = TOPICS[topic].get(json_text(kind))
    if model is None:
        raise BrokenRuleError(UNKNOWN_TYPE)
    try:
        return model.model_validate(event)
    except ValidationError as error:
        raise BrokenRuleError(_first_rule(error)) from None


def read_object(payload: bytes) -> dict[str, Any]:
    """Fields of a message that are not null, as the engine reads them. Raises ValueError: not a JSON object."""
    value = _DECODER.decode(payload.decode())
    if not isinstance(value, dict):
        raise ValueError(UNREADABLE)
    if b"\\u" in payload:
        # Half of a surrogate pair is no text; encoding it says so by a ValueError.
        json.dumps(value, ensure_ascii=False, default=str).encode()
    return {name: field for name, field in value.items() if field is not None}


def _first_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(pairs))


def _whole(text: str) -> int | Decimal:
    # Python refuses to read an int of thousands of digits.
    return int(text) if len(text) <= _LONGEST_INT else Decimal(text)


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_constant(text)


def _no_constant(text: str) -> float:
    raise ValueError(text)


# Of a key that comes twice the engine reads the first; a number that no double holds makes the whole text unreadable.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_first_of_each, parse_int=_whole, parse_float=_finite, parse_constant=_no_constant
)


def _first_rule(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    says = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return says
    return f"{first['loc'][0]}: missing" if first["type"] == "missing" else f"{first['loc'][0]}: {says}"
