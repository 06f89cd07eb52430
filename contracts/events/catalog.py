"""What is known of products, places, suppliers, prices and people: the events of `catalog_events`."""

from contracts.events.envelope import CATALOG, Event, Rule, not_negative, positive
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
    one_of,
)

LineType = one_of("merchandise", "service", "fee", "deposit", "gift_card", "postage")
ProductStatus = one_of("planned", "active", "delisted")
LocationType = one_of("store", "dc", "web")
PromotionType = one_of("price_cut", "multibuy", "display")


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
