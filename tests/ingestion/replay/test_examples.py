"""The worked examples of docs/own_files.md give exactly the events that the page promises."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.settings import PROJECT
from ingestion.replay.kinds import KINDS
from ingestion.replay.mapping_file import load_mapping
from ingestion.replay.readers import read_content
from ingestion.replay.stream import replay_steps

EXAMPLES = PROJECT / "docs" / "own_files"
ENVELOPE = ("event_id", "schema_version", "source")
TICKET = {
    "store_id": "MUC-1",
    "business_date": "2026-01-05",
    "line_type": "merchandise",
    "tax_amount": "0",
    "currency": "EUR",
    "channel": "store",
}
ORDER = {
    "location_id": "MUC-1",
    "purchase_order_id": "PO-77",
    "supply_source_id": "S-12",
    "promised_date": "2026-01-07",
}
TERMS = {"supplier_id": "S-12", "currency": "EUR", "order_weekdays": "1,3"}

# What a person reads out of the files by hand, without the envelope: event_time is UTC, Berlin is an hour ahead.
EXPECTED = {
    "sales": [
        {
            "event_type": "customer",
            "event_time": "2026-01-05T08:12:00.000Z",
            "valid_from": "2026-01-05T08:12:00.000Z",
            "customer_id": "C77",
            "home_store_id": "MUC-1",
        },
        {
            "event_type": "sale",
            "event_time": "2026-01-05T08:12:00.000Z",
            **TICKET,
            "transaction_id": "05.01.2026/1001",
            "line_number": 1,
            "register_id": "2",
            "product_id": "4006381333931",
            "customer_id": "C77",
            "quantity": "2",
            "unit_price": "1.49",
            "discount_amount": "0",
        },
        {
            "event_type": "sale",
            "event_time": "2026-01-05T08:12:00.000Z",
            **TICKET,
            "transaction_id": "05.01.2026/1001",
            "line_number": 2,
            "register_id": "2",
            "product_id": "4006381333948",
            "customer_id": "C77",
            "quantity": "1",
            "unit_price": "1299.00",
            "discount_amount": "100.00",
        },
        {
            "event_type": "return",
            "event_time": "2026-01-05T16:40:00.000Z",
            **TICKET,
            "transaction_id": "05.01.2026/1002",
            "line_number": 1,
            "register_id": "1",
            "product_id": "4006381333931",
            "quantity": "1",
            "unit_price": "1.49",
            "discount_amount": "0",
            "reason": "unreferenced",
            "disposition": "resell",
        },
        {
            "event_type": "sale",
            "event_time": "2026-01-05T16:41:00.000Z",
            **TICKET,
            "line_type": "fee",
            "transaction_id": "05.01.2026/1003",
            "line_number": 1,
            "register_id": "1",
            "product_id": "BAG",
            "quantity": "1",
            "unit_price": "0.20",
            "discount_amount": "0",
        },
    ],
    "control_totals": [
        {
            "event_type": "store_day_closed",
            "event_time": "2026-01-05T23:00:00.000Z",
            "store_id": "MUC-1",
            "business_date": "2026-01-05",
            "ticket_count": 3,
            "net_total": "1200.69",
            "currency": "EUR",
        }
    ],
    "stock_snapshots": [
        {
            "event_type": "stock_snapshot",
            "event_time": "2026-01-05T22:30:00.000Z",
            "location_id": "MUC-1",
            "product_id": product,
            "quantity": quantity,
            "snapshot_at": "2026-01-05T22:30:00.000Z",
        }
        for product, quantity in (("4006381333931", "118"), ("4006381333948", "-2"))
    ],
    "receipts": [
        {
            "event_type": "receipt",
            "event_time": "2026-01-07T05:15:00.000Z",
            "location_id": "MUC-1",
            "product_id": "4006381333931",
            "quantity": "144",
            "unit_cost": "0.615",
            "supplier_id": "S-12",
            "purchase_order_id": "PO-77",
            "purchase_order_line": 1,
            "lot_id": "L24",
            "expiry_date": "2027-06-30",
        },
        {
            "event_type": "receipt",
            "event_time": "2026-01-07T05:15:00.000Z",
            "location_id": "MUC-1",
            "product_id": "4006381333948",
            "quantity": "4",
            "unit_cost": "810.5",
            "supplier_id": "S-12",
            "purchase_order_id": "PO-77",
            "purchase_order_line": 2,
        },
    ],
    "counts": [
        {
            "event_type": "stock_count",
            "event_time": at,
            "location_id": "MUC-1",
            "product_id": product,
            "quantity": quantity,
            "count_id": "Z-9-A3",
            "scope": "cycle",
            "counted_at": at,
        }
        for at, product, quantity in (
            ("2026-01-31T19:05:00.000Z", "4006381333931", "251"),
            ("2026-01-31T19:07:00.000Z", "4006381333948", "0"),
        )
    ],
    "purchase_orders": [
        {
            "event_type": "purchase_order_placed",
            "event_time": "2026-01-02T13:00:00.000Z",
            **ORDER,
            "purchase_order_line": 1,
            "product_id": "4006381333931",
            "quantity": "144",
            "pack_size": "12",
            "unit_cost": "0.615",
        },
        {
            "event_type": "receipt",
            "event_time": "2026-01-07T05:15:00.000Z",
            "location_id": "MUC-1",
            "product_id": "4006381333931",
            "quantity": "144",
            "unit_cost": "0.615",
            "supplier_id": "S-12",
            "purchase_order_id": "PO-77",
            "purchase_order_line": 1,
        },
        {
            "event_type": "purchase_order_placed",
            "event_time": "2026-01-02T13:00:00.000Z",
            **ORDER,
            "purchase_order_line": 2,
            "product_id": "4006381333948",
            "quantity": "6",
            "pack_size": "1",
            "unit_cost": "810.50",
        },
    ],
    "products": [
        {
            "event_type": "product",
            "event_time": "2025-12-31T23:00:00.000Z",
            "valid_from": "2025-12-31T23:00:00.000Z",
            "product_id": product,
            "gtin": product,
            "product_name": name,
            "category": category,
            "brand": "Alp",
            "unit": "piece",
            "pack_size": pack,
            "line_type": "merchandise",
            "status": status,
            "launch_date": launched,
        }
        for product, name, category, pack, status, launched in (
            ("4006381333931", "Pencil HB", "Stationery", "12", "active", "2024-03-01"),
            ("4006381333948", "Desk lamp", "Lighting", "1", "delisted", "2019-09-15"),
        )
    ],
    "locations": [
        {
            "event_type": "location",
            "event_time": "2011-05-01T22:00:00.000Z",
            "valid_from": "2011-05-01T22:00:00.000Z",
            "location_id": "MUC-1",
            "location_name": "Sendlinger Tor",
            "location_type": "store",
            "time_zone": "Europe/Berlin",
            "currency": "EUR",
            "country": "Germany",
            "city": "München",
            "floor_area_m2": "420.5",
            "opens_at": "09:00",
            "closes_at": "20:00",
            "open_weekdays": "1,2,3,4,5,6",
            "opened_date": "2011-05-02",
        },
        {
            "event_type": "location",
            "event_time": "2014-12-31T23:00:00.000Z",
            "valid_from": "2014-12-31T23:00:00.000Z",
            "location_id": "DC-S",
            "location_name": "Lager Süd",
            "location_type": "dc",
            "time_zone": "Europe/Berlin",
            "currency": "EUR",
            "country": "Germany",
            "city": "Augsburg",
            "floor_area_m2": "8000",
            "open_weekdays": "1,2,3,4,5,6",
            "opened_date": "2015-01-01",
        },
    ],
    "assortment": [
        {
            "event_type": "assortment",
            "event_time": "2025-12-31T23:00:00.000Z",
            "valid_from": "2025-12-31T23:00:00.000Z",
            "location_id": "MUC-1",
            "product_id": "4006381333931",
            "is_ranged": True,
            "supply_source_id": "DC-S",
            "minimum_presentation": "12",
            "shelf_capacity": "96",
        },
        {
            "event_type": "assortment",
            "event_time": "2026-01-31T23:00:00.000Z",
            "valid_from": "2026-01-31T23:00:00.000Z",
            "location_id": "MUC-1",
            "product_id": "4006381333948",
            "is_ranged": False,
            "supply_source_id": "DC-S",
        },
    ],
    "suppliers": [
        {
            "event_type": "supplier",
            "event_time": "2025-12-31T23:00:00.000Z",
            "valid_from": "2025-12-31T23:00:00.000Z",
            "supplier_id": "S-12",
            "supplier_name": "Stift & Licht GmbH",
            "country": "Germany",
        },
        {
            "event_type": "supplier_product",
            "event_time": "2025-12-31T23:00:00.000Z",
            "valid_from": "2025-12-31T23:00:00.000Z",
            **TERMS,
            "product_id": "4006381333931",
            "pack_size": "12",
            "minimum_order_quantity": "144",
            "quoted_lead_time_days": 5,
            "unit_cost": "0.615",
            "delivery_weekdays": "1,3,5",
        },
        {
            "event_type": "supplier_product",
            "event_time": "2025-12-31T23:00:00.000Z",
            "valid_from": "2025-12-31T23:00:00.000Z",
            **TERMS,
            "product_id": "4006381333948",
            "pack_size": "1",
            "minimum_order_quantity": "2",
            "quoted_lead_time_days": 9,
            "unit_cost": "810.50",
            "delivery_weekdays": "5",
        },
    ],
    "prices": [
        {
            "event_type": "price",
            "event_time": "2025-12-31T23:00:00.000Z",
            "valid_from": "2025-12-31T23:00:00.000Z",
            "product_id": "4006381333931",
            "regular_price": "1.49",
            "currency": "EUR",
        },
        {
            "event_type": "price",
            "event_time": "2026-02-01T23:00:00.000Z",
            "valid_from": "2026-02-01T23:00:00.000Z",
            "product_id": "4006381333931",
            "location_id": "MUC-1",
            "regular_price": "1.39",
            "currency": "EUR",
        },
    ],
}
REJECTS = {
    "receipts": [(4, "quantity: not above zero")],
    "purchase_orders": [(4, "cancelled before it was sent")],
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_example_gives_the_promised_events(kind: str, example: Callable, events_of: Callable) -> None:
    """Each kind has an example, and its events are those read out of its file by hand."""
    steps = example(kind)
    told = [{name: value for name, value in e.items() if name not in ENVELOPE} for e in events_of(steps)]
    assert told == EXPECTED[kind]
    assert [(step.line, step.reason) for step in steps if step.reason] == REJECTS.get(kind, [])


def test_two_events_of_a_line_have_two_ids(example: Callable, events_of: Callable) -> None:
    """An order line and its receipt are told apart by their ids, made of the fields that the mapping names."""
    assert [event["event_id"] for event in events_of(example("purchase_orders"))] == [
        "alpenladen:purchase_orders:PO-77:1:purchase_order_placed",
        "alpenladen:purchase_orders:PO-77:1:receipt",
        "alpenladen:purchase_orders:PO-77:2:purchase_order_placed",
    ]


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_page_shows_the_example_as_it_is(path: Path) -> None:
    """docs/own_files.md quotes each file of the examples letter by letter."""
    assert path.read_text(encoding="utf-8") in (PROJECT / "docs" / "own_files.md").read_text(encoding="utf-8")


def test_parquet_reads_by_the_same_mapping(tmp_path: Path, events_of: Callable) -> None:
    """The prices as a Parquet file, with decimals and a gap, are the same events as the CSV's."""
    path = tmp_path / "prices.parquet"
    table = pa.table(
        {
            "sku": [4006381333931, 4006381333931],
            "store": [None, "MUC-1"],
            "price": pa.array([Decimal("1.49"), Decimal("1.39")], pa.decimal128(9, 2)),
            "from": ["2026-01-01", "2026-02-02"],
        }
    )
    pq.write_table(table, path)
    mapping = load_mapping(str(EXAMPLES / "prices.yml"))
    events = events_of(list(replay_steps(path, mapping, read_content(path).fingerprint)))
    assert [{name: value for name, value in e.items() if name not in ENVELOPE} for e in events] == EXPECTED["prices"]
