"""The events of the three topics, one model each.

The same declarations give the JSON Schema in the documents, the verdict a program asks for before it sends, and the SQL
by which the raw tables judge what arrived (`warehouse/raw_tables.py`).
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from contracts.fields import (
    Boolean,
    ClockTime,
    Currency,
    Day,
    Id,
    Instant,
    Integer,
    Money,
    Name,
    Quantity,
    Rate,
    Weekdays,
    json_text,
    one_of,
)

SALES, INVENTORY, CATALOG = "sales_events", "inventory_events", "catalog_events"
SCHEMA_VERSION = 1

LineType = one_of("merchandise", "service", "fee", "deposit", "gift_card", "postage")
Channel = one_of("store", "online", "click_and_collect", "phone")
PaymentMethod = one_of("cash", "card", "mobile", "voucher", "invoice", "other")
Disposition = one_of("resell", "damaged", "vendor")
ReturnReason = one_of("unreferenced", "unwanted", "faulty", "wrong_item", "other")
CountScope = one_of("full", "cycle", "spot")
ProductStatus = one_of("planned", "active", "delisted")
LocationType = one_of("store", "dc", "web")
PromotionType = one_of("price_cut", "multibuy", "display")


@dataclass(frozen=True)
class Rule:
    """A condition on a whole event, said in Python over the model and in SQL over the raw table's typed columns."""

    says: str
    holds: Callable[[Any], bool]
    sql: str


def positive(*names: str) -> tuple[Rule, ...]:
    """Rules: these fields are above zero where given."""
    return tuple(
        Rule(f"{name}: not above zero", _compare(name, lambda v: v > 0), f"ifNull({name} > 0, true)") for name in names
    )


def not_negative(*names: str) -> tuple[Rule, ...]:
    """Rules: these fields are zero or more where given."""
    return tuple(
        Rule(f"{name}: below zero", _compare(name, lambda v: v >= 0), f"ifNull({name} >= 0, true)") for name in names
    )


def _compare(name: str, holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda event: getattr(event, name) is None or holds(getattr(event, name))


def _together(first: str, second: str) -> Rule:
    return Rule(
        f"{first}: not together with {second}",
        lambda event: (getattr(event, first) is None) == (getattr(event, second) is None),
        f"isNull({first}) = isNull({second})",
    )


class Event(BaseModel):
    """The envelope of every event."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    topic: ClassVar[str]
    event: ClassVar[str]
    key_fields: ClassVar[tuple[str, ...]]
    rules: ClassVar[tuple[Rule, ...]] = ()

    event_id: Id
    event_type: Id
    schema_version: Integer
    event_time: Instant
    source: Id
    corrects_event_id: Id | None = None

    @model_validator(mode="after")
    def _obey(self) -> "Event":
        for rule in type(self).rules:
            if not rule.holds(self):
                raise ValueError(rule.says)
        return self

    @property
    def key(self) -> str:
        """The Kafka key: what must stay in order goes to one partition."""
        values = ":".join(str(getattr(self, name) or "") for name in self.key_fields)
        return f"{self.event}:{values}" if self.topic == CATALOG else values

    def json_bytes(self) -> bytes:
        """The message's value; absent fields are left out."""
        return self.model_dump_json(exclude_none=True).encode()


# -- sales_events -----------------------------------------------------------------------------------------------------


class _SalesEvent(Event):
    topic = SALES
    store_id: Id
    business_date: Day


class _TicketLine(_SalesEvent):
    """One line of a ticket. `quantity` is positive on sales and returns alike; the event type carries the sign."""

    key_fields = ("store_id", "transaction_id")
    rules = (*positive("line_number", "quantity"), *not_negative("unit_price", "regular_price", "tax_amount"))

    transaction_id: Id
    line_number: Integer
    register_id: Id
    product_id: Id
    line_type: LineType
    customer_id: Id | None = None
    quantity: Quantity
    unit_price: Money
    regular_price: Money | None = None
    discount_amount: Money
    tax_amount: Money
    currency: Currency
    promotion_id: Id | None = None
    payment_method: PaymentMethod | None = None
    channel: Channel
    fulfilment_location_id: Id | None = None


class Sale(_TicketLine):
    """Goods or services left to a customer."""

    event = "sale"


class Return(_TicketLine):
    """A customer brought something back; names the line it returns, or the reason `unreferenced`."""

    event = "return"
    rules = (
        *_TicketLine.rules,
        _together("returned_transaction_id", "returned_line_number"),
        Rule(
            "returned_transaction_id: missing, and the reason is not unreferenced",
            lambda e: e.returned_transaction_id is not None or e.reason == "unreferenced",
            "isNotNull(returned_transaction_id) or ifNull(reason = 'unreferenced', false)",
        ),
    )

    returned_transaction_id: Id | None = None
    returned_line_number: Integer | None = None
    reason: ReturnReason | None = None
    disposition: Disposition


class Void(_SalesEvent):
    """Takes a sale or return line back as if it had never been rung up."""

    event = "void"
    key_fields = ("store_id", "transaction_id")
    rules = positive("line_number")

    transaction_id: Id
    line_number: Integer
    register_id: Id


class StoreDayClosed(_SalesEvent):
    """Control totals of a store's business day: tickets and net amount of its lines, voided ones left out."""

    event = "store_day_closed"
    key_fields = ("store_id", "business_date")
    rules = not_negative("ticket_count")

    ticket_count: Integer
    net_total: Money
    currency: Currency


# -- inventory_events -------------------------------------------------------------------------------------------------


class _StockEvent(Event):
    topic = INVENTORY
    key_fields = ("location_id", "product_id")

    location_id: Id
    product_id: Id
    quantity: Quantity


class _Movement(_StockEvent):
    rules = positive("quantity")


class OpeningBalance(_StockEvent):
    """Book stock when the history starts; may be negative where a system's book is."""

    event = "opening_balance"
    rules = not_negative("unit_cost")
    unit_cost: Money | None = None


class Receipt(_Movement):
    """Goods from a supplier entered the stock, at this cost per base unit."""

    event = "receipt"
    rules = (*_Movement.rules, *not_negative("unit_cost"))
    unit_cost: Money
    supplier_id: Id | None = None
    purchase_order_id: Id | None = None
    purchase_order_line: Integer | None = None
    lot_id: Id | None = None
    expiry_date: Day | None = None


class _Transfer(_Movement):
    transfer_id: Id
    counterpart_location_id: Id
    purchase_order_id: Id | None = None
    purchase_order_line: Integer | None = None
    lot_id: Id | None = None
    expiry_date: Day | None = None


class TransferOut(_Transfer):
    """Goods left for another location of ours."""

    event = "transfer_out"


class TransferIn(_Transfer):
    """Goods arrived from another location of ours."""

    event = "transfer_in"


class Adjustment(_StockEvent):
    """A signed change of the book for a stated reason."""

    event = "adjustment"
    reason: Id


class _KnownLoss(_Movement):
    lot_id: Id | None = None
    reason: Id | None = None


class Damage(_KnownLoss):
    """Known loss: broken."""

    event = "damage"


class Expired(_KnownLoss):
    """Known loss: past its date."""

    event = "expired"


class TheftReport(_KnownLoss):
    """Known loss: stolen and noticed."""

    event = "theft_report"


class OwnUse(_KnownLoss):
    """Known loss: used by ourselves."""

    event = "own_use"


class StockCount(_StockEvent):
    """Somebody counted; the difference to the book at `counted_at` is derived, never sent."""

    event = "stock_count"
    rules = not_negative("quantity")
    count_id: Id
    scope: CountScope
    counted_at: Instant


class StockSnapshot(_StockEvent):
    """What another system believes; compared, never booked."""

    event = "stock_snapshot"
    snapshot_at: Instant


class _OrderLine(_Movement):
    key_fields = ("location_id", "product_id")
    purchase_order_id: Id
    purchase_order_line: Integer
    supply_source_id: Id


class PurchaseOrderPlaced(_OrderLine):
    """A line ordered by `location_id` from a supplier or from a location of ours (`supply_source_id`)."""

    event = "purchase_order_placed"
    rules = (*_OrderLine.rules, *positive("pack_size"), *not_negative("unit_cost"))
    pack_size: Quantity
    unit_cost: Money
    promised_date: Day


class PurchaseOrderConfirmed(_OrderLine):
    """The source will send `quantity` by `promised_date`."""

    event = "purchase_order_confirmed"
    promised_date: Day


class PurchaseOrderCancelled(_OrderLine):
    """`quantity` of the line will not come."""

    event = "purchase_order_cancelled"
    reason: Id | None = None


class PurchaseOrderClosed(_OrderLine):
    """Nothing more is expected; `quantity` was received in all."""

    event = "purchase_order_closed"
    rules = not_negative("quantity")


# -- catalog_events ---------------------------------------------------------------------------------------------------


class _CatalogEvent(Event):
    topic = CATALOG
    valid_from: Instant


class Product(_CatalogEvent):
    """An article from `valid_from` on, until the next version."""

    event = "product"
    key_fields = ("product_id",)
    rules = positive("pack_size", "shelf_life_days")

    product_id: Id
    product_name: Name
    gtin: Id | None = None
    department: Name | None = None
    category: Name | None = None
    brand: Name | None = None
    unit: Id | None = None
    pack_size: Quantity | None = None
    line_type: LineType
    status: ProductStatus
    launch_date: Day | None = None
    last_order_date: Day | None = None
    shelf_life_days: Integer | None = None
    like_product_id: Id | None = None


class Location(_CatalogEvent):
    """A store, a distribution centre or the web shop."""

    event = "location"
    key_fields = ("location_id",)
    rules = positive("floor_area_m2")

    location_id: Id
    location_name: Name
    location_type: LocationType
    time_zone: Id
    currency: Currency
    country: Name | None = None
    region: Name | None = None
    city: Name | None = None
    floor_area_m2: Quantity | None = None
    opens_at: ClockTime | None = None
    closes_at: ClockTime | None = None
    open_weekdays: Weekdays | None = None
    opened_date: Day | None = None
    closed_date: Day | None = None


class Assortment(_CatalogEvent):
    """Whether a location carries a product, and where its stock comes from."""

    event = "assortment"
    key_fields = ("location_id", "product_id")
    rules = not_negative("minimum_presentation", "shelf_capacity")

    location_id: Id
    product_id: Id
    is_ranged: Boolean
    supply_source_id: Id | None = None
    minimum_presentation: Quantity | None = None
    shelf_capacity: Quantity | None = None


class Supplier(_CatalogEvent):
    """A supplier."""

    event = "supplier"
    key_fields = ("supplier_id",)

    supplier_id: Id
    supplier_name: Name
    country: Name | None = None


class SupplierProduct(_CatalogEvent):
    """The terms on which a supplier delivers a product; `unit_cost` is per base unit."""

    event = "supplier_product"
    key_fields = ("supplier_id", "product_id")
    rules = (*positive("pack_size"), *not_negative("minimum_order_quantity", "quoted_lead_time_days", "unit_cost"))

    supplier_id: Id
    product_id: Id
    pack_size: Quantity
    minimum_order_quantity: Quantity | None = None
    quoted_lead_time_days: Integer | None = None
    unit_cost: Money
    currency: Currency
    order_weekdays: Weekdays | None = None
    delivery_weekdays: Weekdays | None = None
    minimum_order_value: Money | None = None


class Price(_CatalogEvent):
    """The regular price of a product, tax excluded, everywhere or at one location."""

    event = "price"
    key_fields = ("product_id", "location_id")
    rules = not_negative("regular_price")

    product_id: Id
    location_id: Id | None = None
    regular_price: Money
    currency: Currency


class Promotion(_CatalogEvent):
    """One product in a promotion, known in advance."""

    event = "promotion"
    key_fields = ("promotion_id", "product_id")
    rules = (
        Rule("ends_on: before starts_on", lambda e: e.ends_on >= e.starts_on, "ifNull(ends_on >= starts_on, false)"),
        Rule(
            "discount_rate: not within 0 and 1",
            lambda e: 0 <= e.discount_rate <= 1,
            "ifNull(discount_rate between 0 and 1, false)",
        ),
    )

    promotion_id: Id
    promotion_name: Name
    promotion_type: PromotionType
    product_id: Id
    location_id: Id | None = None
    starts_on: Day
    ends_on: Day
    discount_rate: Rate


class Customer(_CatalogEvent):
    """A known customer."""

    event = "customer"
    key_fields = ("customer_id",)

    customer_id: Id
    customer_name: Name | None = None
    email: Name | None = None
    city: Name | None = None
    country: Name | None = None
    home_store_id: Id | None = None
    joined_date: Day | None = None


class Holiday(_CatalogEvent):
    """A holiday of a country or region; closed means that its stores do not open."""

    event = "holiday"
    key_fields = ("region", "holiday_date")

    region: Id
    holiday_date: Day
    holiday_name: Name
    is_closed: Boolean


class ExchangeRate(_CatalogEvent):
    """Units of `currency_to` for one of `currency_from`."""

    event = "exchange_rate"
    key_fields = ("currency_from", "currency_to")
    rules = positive("rate")

    currency_from: Currency
    currency_to: Currency
    rate: Rate


# -- The registry -----------------------------------------------------------------------------------------------------


def _models(base: type[Event]) -> list[type[Event]]:
    own = [base] if "event" in vars(base) else []
    return own + [model for child in base.__subclasses__() for model in _models(child)]


TOPICS: dict[str, dict[str, type[Event]]] = {
    topic: {model.event: model for model in _models(Event) if model.topic == topic}
    for topic in (SALES, INVENTORY, CATALOG)
}

_LONGEST_INT = 1000
UNREADABLE = "not a JSON object"
NO_TYPE = "event_type: missing"
UNKNOWN_TYPE = "event_type: not one of this topic's"


def verdict(topic: str, payload: bytes) -> str:
    """The first rule that a message breaks, '' if none; the raw table's `_error` says the same."""
    try:
        event = _read_object(payload)
    except ValueError:
        return UNREADABLE
    kind = event.get("event_type")
    if kind is None:
        return NO_TYPE
    model = TOPICS[topic].get(json_text(kind))
    return _first_error(model, event) if model else UNKNOWN_TYPE


def _read_object(payload: bytes) -> dict[str, Any]:
    value = _DECODER.decode(payload.decode())
    if not isinstance(value, dict):
        raise ValueError(UNREADABLE)
    if b"\\u" in payload:
        # Half of a surrogate pair is no text; encoding it says so by a ValueError.
        json.dumps(value, ensure_ascii=False).encode()
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


def _first_error(model: type[Event], event: dict[str, Any]) -> str:
    try:
        model.model_validate(event)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        says = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            return says
        return f"{first['loc'][0]}: missing" if first["type"] == "missing" else f"{first['loc'][0]}: {says}"
    return ""
