"""Events of a small shop with every field filled in; a test names what matters to it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from contracts.events import Event, Location, Product, Return, Sale, StoreDayClosed, SupplierProduct, Void

DAY = date(2026, 1, 5)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
_numbers = count(1)


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """An instant of a day, UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)


def sale(**fields: Any) -> Sale:
    """Two pieces at 5.00 in store s1, transaction t1, line 1."""
    return Sale(**(_LINE | _envelope("sale") | fields))


def returned(**fields: Any) -> Return:
    """One piece back at 5.00, unreferenced, to be sold again."""
    defaults = {"transaction_id": "r1", "quantity": 1, "disposition": "resell", "reason": "unreferenced"}
    return Return(**(_LINE | _envelope("return") | defaults | fields))


def void(**fields: Any) -> Void:
    """Takes line 1 of transaction t1 back."""
    line = {"store_id": "s1", "business_date": DAY, "transaction_id": "t1", "line_number": 1, "register_id": "till-1"}
    return Void(**(line | _envelope("void") | fields))


def store_day_closed(**fields: Any) -> StoreDayClosed:
    """Store s1 closes with one ticket of 10.00."""
    totals = {"store_id": "s1", "business_date": DAY, "ticket_count": 1, "net_total": Decimal(10), "currency": "EUR"}
    return StoreDayClosed(**(totals | _envelope("store_day_closed") | fields))


def moved(kind: type[Event], **fields: Any) -> Event:
    """Ten pieces of p1 at s1, in an inventory event of this kind."""
    defaults = {"location_id": "s1", "product_id": "p1", "quantity": 10}
    return kind(**(defaults | _envelope(kind.event) | fields))


def product(**fields: Any) -> Product:
    """Product p1, valid since long ago."""
    defaults = {"product_id": "p1", "product_name": "Tea", "line_type": "merchandise", "status": "active"}
    return Product(**(defaults | _catalogued("product") | fields))


def location(**fields: Any) -> Location:
    """Store s1, valid since long ago."""
    defaults = {
        "location_id": "s1",
        "location_name": "High Street",
        "location_type": "store",
        "time_zone": "Europe/London",
        "currency": "EUR",
    }
    return Location(**(defaults | _catalogued("location") | fields))


def cost(**fields: Any) -> SupplierProduct:
    """Supplier v1 delivers p1 at 3.00, since long ago."""
    defaults = {"supplier_id": "v1", "product_id": "p1", "pack_size": 1, "unit_cost": Decimal(3), "currency": "EUR"}
    return SupplierProduct(**(defaults | _catalogued("supplier_product") | fields))


def _envelope(event_type: str) -> dict[str, Any]:
    return {
        "event_id": f"{event_type}-{next(_numbers)}",
        "event_type": event_type,
        "schema_version": 1,
        "event_time": NOON,
        "source": "shop",
    }


def _catalogued(event_type: str) -> dict[str, Any]:
    return _envelope(event_type) | {"event_time": LONG_AGO, "valid_from": LONG_AGO}


_LINE = {
    "store_id": "s1",
    "business_date": DAY,
    "transaction_id": "t1",
    "line_number": 1,
    "register_id": "till-1",
    "product_id": "p1",
    "line_type": "merchandise",
    "quantity": 2,
    "unit_price": Decimal("5.00"),
    "discount_amount": Decimal(0),
    "tax_amount": Decimal(0),
    "currency": "EUR",
    "channel": "store",
}
