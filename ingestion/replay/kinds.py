"""The kinds of file a mapping may describe: which events a line becomes, and what is taken for granted.

A mapping names fields as its kind does. Mostly these are the contract's names; where one line tells two times or two
quantities (`received_at` beside `ordered_at`) the kind's `renames` say which event field each one is.
"""

from dataclasses import dataclass, field
from typing import Any, get_args

from contracts.events import TOPICS, Event
from contracts.fields import Kind as Grammar

ENVELOPE = ("event_id", "event_type", "schema_version", "source", "corrects_event_id")
MODELS: dict[str, type[Event]] = {name: model for models in TOPICS.values() for name, model in models.items()}

_LOSSES = ("adjustment", "damage", "expired", "theft_report", "own_use")
_AT_STORE = {"location_id": "store_id"}
_RECEIVED = {"event_time": "received_at", "quantity": "received_quantity"}
_IN_FORCE = {"event_time": "valid_from"}


@dataclass(frozen=True)
class FileKind:
    """What the lines of a file may become.

    `events`: the events a rule may name. `rules`: what happens to a line where the mapping has no rules. `renames`:
    event -> event field -> the mapping's word for it. `defaults`: mapping field -> text. `only_with`: event -> the
    mapping field without which that event is left out.
    """

    events: tuple[str, ...]
    rules: tuple[dict[str, Any], ...]
    renames: dict[str, dict[str, str]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    only_with: dict[str, str] = field(default_factory=dict)

    def fields_of(self, event: str) -> dict[str, str]:
        """The event's fields, each with the mapping's word for it; the envelope is left out."""
        renames = self.renames.get(event, {})
        return {name: renames.get(name, name) for name in MODELS[event].model_fields if name not in ENVELOPE}

    def mapping_fields(self) -> dict[str, Grammar]:
        """Every field a mapping of this kind may fill, with its grammar."""
        return {word: grammar_of(event, name) for event in self.events for name, word in self.fields_of(event).items()}


def grammar_of(event: str, name: str) -> Grammar:
    """The contract's grammar of an event's field."""
    info = MODELS[event].model_fields[name]
    marks = [*info.metadata]
    for part in get_args(info.annotation):
        marks += getattr(part, "__metadata__", ())
    return next(mark for mark in marks if isinstance(mark, Grammar))


def _one(event: str, **more: Any) -> FileKind:
    return FileKind(events=(event,), rules=({"event": [event]},), **more)


def _catalog(*events: str, **more: Any) -> FileKind:
    renames = dict.fromkeys(events, _IN_FORCE)
    return FileKind(events=events, rules=({"event": [events[0]]},), renames=renames, **more)


KINDS: dict[str, FileKind] = {
    "sales": FileKind(
        events=("sale", "return", "void", *_LOSSES),
        rules=(
            {"when": {"quantity": {"below": "0"}}, "event": ["return"], "negate": ["quantity"]},
            {"event": ["sale"]},
        ),
        renames=dict.fromkeys(_LOSSES, _AT_STORE),
        defaults={
            "register_id": "unknown",
            "line_type": "merchandise",
            "discount_amount": "0",
            "tax_amount": "0",
            "channel": "store",
            "disposition": "resell",
        },
    ),
    "control_totals": _one("store_day_closed"),
    "stock_snapshots": FileKind(
        events=("stock_snapshot", "opening_balance"),
        rules=({"event": ["stock_snapshot"]},),
        renames={event: {"event_time": "snapshot_at"} for event in ("stock_snapshot", "opening_balance")},
    ),
    "receipts": FileKind(
        events=("receipt", "transfer_in", "transfer_out", *_LOSSES),
        rules=({"event": ["receipt"]},),
    ),
    "counts": _one("stock_count", renames={"stock_count": {"event_time": "counted_at"}}, defaults={"scope": "cycle"}),
    "purchase_orders": FileKind(
        events=(
            "purchase_order_placed",
            "purchase_order_confirmed",
            "purchase_order_cancelled",
            "purchase_order_closed",
            "receipt",
        ),
        rules=({"event": ["purchase_order_placed", "receipt"]},),
        renames={
            "purchase_order_placed": {"event_time": "ordered_at"},
            "receipt": {**_RECEIVED, "supplier_id": "supply_source_id"},
        },
        defaults={"pack_size": "1"},
        only_with={"receipt": "received_at"},
    ),
    "products": _catalog("product", defaults={"line_type": "merchandise", "status": "active"}),
    "locations": _catalog("location", defaults={"location_type": "store"}),
    "assortment": _catalog("assortment", defaults={"is_ranged": "true"}),
    "suppliers": _catalog("supplier", "supplier_product", defaults={"pack_size": "1"}),
    "prices": _catalog("price"),
}
