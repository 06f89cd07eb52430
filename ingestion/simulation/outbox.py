"""The day's events on their way out: numbered, timed, in the order of DESIGN's ties."""

from collections.abc import Callable
from typing import Any

import orjson

from contracts.events import CATALOG, SCHEMA_VERSION, TOPICS, Event
from ingestion.simulation.clock import instant, short_day
from ingestion.simulation.message import Message

_CODES = {
    "sale": "s", "return": "r", "void": "v", "store_day_closed": "d",
    "opening_balance": "o", "receipt": "g", "transfer_out": "x", "transfer_in": "y", "adjustment": "a",
    "damage": "b", "expired": "e", "theft_report": "t", "own_use": "u", "stock_count": "c", "stock_snapshot": "n",
    "purchase_order_placed": "p", "purchase_order_confirmed": "q", "purchase_order_cancelled": "k",
    "purchase_order_closed": "z", "product": "cp", "location": "cl", "assortment": "ca", "supplier": "cs",
    "supplier_product": "ct", "price": "cr", "promotion": "cm", "customer": "cc", "holiday": "ch",
    "exchange_rate": "cx",
}  # fmt: skip
_TIES = {"receipt": 1, "transfer_in": 2, "return": 3, "sale": 4, "stock_count": 6}
_OTHER_STOCK = 5
_TOPIC = {name: topic for topic, models in TOPICS.items() for name in models}

Fields = dict[str, Any]


def _key_of(model: type[Event]) -> Callable[[Fields], str]:
    """How the key of such an event is written, fast: `Event.key` says the same of the parsed event."""
    names, start = model.key_fields, f"{model.event}:" if model.topic == CATALOG else ""
    if len(names) == 1:
        return lambda fields: f"{start}{fields[names[0]]}"
    first, second = names
    return lambda fields: f"{start}{fields[first]}:{fields.get(second, '')}"


_KEY = {name: _key_of(model) for models in TOPICS.values() for name, model in models.items()}


class Pending:
    """An event that has not left: `time` is its event time in UTC milliseconds."""

    __slots__ = ("event_type", "fields", "time")

    def __init__(self, event_type: str, time: int, fields: Fields) -> None:
        self.event_type, self.time, self.fields = event_type, time, fields

    def message(self) -> Message:
        """The message as it goes out. Its fields are JSON values already."""
        name = self.event_type
        return Message(_TOPIC[name], _KEY[name](self.fields).encode(), orjson.dumps(self.fields))


class Outbox:
    """Collects one simulated day. A quiet one only counts, for days that were sent before."""

    def __init__(self, source: str, day: int, *, quiet: bool = False) -> None:
        self.source, self.day, self.quiet = source, day, quiet
        self._numbers = dict.fromkeys(_CODES, 0)
        self._pending: list[Pending] = []
        self._prefix = {name: f"{source}-{code}{short_day(day)}-" for name, code in _CODES.items()}

    def add(self, event_type: str, time: int, fields: Fields) -> None:
        """Put an event of `fields` (JSON values, the envelope left out)."""
        if self.quiet:
            return
        self._numbers[event_type] += 1
        envelope = {
            "event_id": f"{self._prefix[event_type]}{self._numbers[event_type]}",
            "event_type": event_type,
            "schema_version": SCHEMA_VERSION,
            "event_time": instant(time),
            "source": self.source,
        }
        self._pending.append(Pending(event_type, time, {**envelope, **fields}))

    def in_order(self) -> list[Pending]:
        """The day's events by event time; ties as DESIGN §5 breaks them."""
        return sorted(self._pending, key=lambda event: (event.time, _rank(event.event_type)))


def _rank(event_type: str) -> int:
    if _TOPIC[event_type] == CATALOG:
        return 0
    return _TIES.get(event_type, _OTHER_STOCK)
