"""The events of the three topics, one model each.

The same declarations give the JSON Schema in the documents, the verdict a program asks for before it sends
(`contracts.verdict`), and the SQL by which the raw tables judge what arrived (`warehouse/raw_tables.py`).
"""

from contracts.events.catalog import (
    Assortment,
    Customer,
    ExchangeRate,
    Holiday,
    Location,
    Price,
    Product,
    Promotion,
    Supplier,
    SupplierProduct,
)
from contracts.events.envelope import CATALOG, INVENTORY, SALES, SCHEMA_VERSION, Event, Rule
from contracts.events.inventory import (
    Adjustment,
    Damage,
    Expired,
    OpeningBalance,
    OwnUse,
    PurchaseOrderCancelled,
    PurchaseOrderClosed,
    PurchaseOrderConfirmed,
    PurchaseOrderPlaced,
    Receipt,
    StockCount,
    StockSnapshot,
    TheftReport,
    TransferIn,
    TransferOut,
)
from contracts.events.sales import Return, Sale, StoreDayClosed, Void

__all__ = [
    "CATALOG",
    "INVENTORY",
    "SALES",
    "SCHEMA_VERSION",
    "TOPICS",
    "Adjustment",
    "Assortment",
    "Customer",
    "Damage",
    "Event",
    "ExchangeRate",
    "Expired",
    "Holiday",
    "Location",
    "OpeningBalance",
    "OwnUse",
    "Price",
    "Product",
    "Promotion",
    "PurchaseOrderCancelled",
    "PurchaseOrderClosed",
    "PurchaseOrderConfirmed",
    "PurchaseOrderPlaced",
    "Receipt",
    "Return",
    "Rule",
    "Sale",
    "StockCount",
    "StockSnapshot",
    "StoreDayClosed",
    "Supplier",
    "SupplierProduct",
    "TheftReport",
    "TransferIn",
    "TransferOut",
    "Void",
]


def _models(base: type[Event]) -> list[type[Event]]:
    own = [base] if "event" in vars(base) else []
    return own + [model for child in base.__subclasses__() for model in _models(child)]


TOPICS: dict[str, dict[str, type[Event]]] = {
    topic: {model.event: model for model in _models(Event) if model.topic == topic}
    for topic in (SALES, INVENTORY, CATALOG)
}
