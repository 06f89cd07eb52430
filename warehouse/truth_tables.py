"""Tables of what really happened in a simulated chain: database `truth`, read by the scorecard and by no model.

Every table begins with `source` and is partitioned by it, so that a run is replaced as a whole. Columns are declared
here once; the simulator writes its Parquet files after the same lists.
"""

from contracts.tables import TRUTH

_WORD = "LowCardinality(String)"
_INSTANT = "DateTime64(3, 'UTC')"

TRUTH_COLUMNS: dict[str, dict[str, str]] = {
    # One row per open day, store (or web shop) and carried product.
    "demand": {
        "business_date": "Date",
        "store_id": _WORD,
        "product_id": _WORD,
        "expected_units": "Float32",  # mean of the distribution that demand was drawn from
        "demand_units": "Int32",
        "sold_units": "Int32",  # of this product for its own sake
        "lost_units": "Int32",
        "substitute_units": "Int32",  # sold instead of another product
        "out_of_stock_minutes": "Int32",
        "open_minutes": "Int32",
        "promotion_effect": "Float32",  # factor on demand: promotions, dips, cannibalism
        "is_promoted": "Bool",
    },
    # One row per purchase that met an empty or too empty shelf.
    "lost_sales": {
        "business_date": "Date",
        "lost_at": _INSTANT,
        "store_id": _WORD,
        "location_id": _WORD,
        "product_id": _WORD,
        "lost_units": "Int32",
        "recaptured_units": "Int32",  # bought as another product instead
        "lost_margin": "Decimal(18, 4)",  # at regular price, gross of what was recaptured
        "cause": _WORD,  # no_stock, phantom, last_units
    },
    # One row per day, location and product with stock, book or range; end of the business day.
    "stock": {
        "business_date": "Date",
        "location_id": _WORD,
        "product_id": _WORD,
        "physical_units": "Int32",
        "book_units": "Int32",
    },
    # One row per day, location and product that lost a sale to stock, with the one reason.
    "stock_outs": {
        "business_date": "Date",
        "location_id": _WORD,
        "product_id": _WORD,
        "lost_units": "Int32",
        "root_cause": _WORD,
    },
    # One row per change of physical stock that no event reports; with the events' movements they give physical stock.
    "hidden_movements": {
        "moved_at": _INSTANT,
        "location_id": _WORD,
        "product_id": _WORD,
        "quantity": "Int32",
        "unit_cost": "Decimal(18, 4)",
        "kind": _WORD,
        "reference": "String",
    },
    # One row per purchase order line, as the buyers saw it.
    "order_lines": {
        "placed_at": _INSTANT,
        "purchase_order_id": "String",
        "purchase_order_line": "Int32",
        "location_id": _WORD,
        "supply_source_id": _WORD,
        "product_id": _WORD,
        "ordered_units": "Int32",
        "reason": _WORD,
        "sales_rate": "Float32",
        "reorder_point": "Int32",
        "order_up_to": "Int32",
        "position": "Int32",
    },
    # One row per arrival of goods of a purchase order line.
    "deliveries": {
        "purchase_order_id": "String",
        "purchase_order_line": "Int32",
        "location_id": _WORD,
        "supply_source_id": _WORD,
        "product_id": _WORD,
        "placed_date": "Date",
        "promised_date": "Date",
        "arrived_at": _INSTANT,
        "lead_time_days": "Int32",
        "arrived_units": "Int32",
        "booked_units": "Int32",
        "booked_late_days": "Int32",
    },
    # One row per purchase order line that did not come as ordered.
    "supply_failures": {
        "purchase_order_id": "String",
        "purchase_order_line": "Int32",
        "supply_source_id": _WORD,
        "product_id": _WORD,
        "failure": _WORD,  # late, short, backordered, never_closed, ghost, depot_short
        "units": "Int32",
        "days": "Int32",
    },
    # One row per count that differs from what was there.
    "count_errors": {
        "counted_at": _INSTANT,
        "count_id": "String",
        "location_id": _WORD,
        "product_id": _WORD,
        "counted_units": "Int32",
        "physical_units": "Int32",
    },
    # One row per promoted product.
    "promotions": {
        "promotion_id": _WORD,
        "product_id": _WORD,
        "starts_on": "Date",
        "ends_on": "Date",
        "uplift": "Float32",
        "planned_uplift": "Float32",
        "dip": "Float32",
        "cannibalism": "Float32",
    },
    # One row per known customer.
    "customers": {
        "customer_id": "String",
        "joined_date": "Date",
        "left_date": "Date",
        "weight": "Float32",  # mean over missions of how often it is drawn among its home store's customers
    },
    # One row per fault or anomaly put into the stream.
    "injected_faults": {
        "fault": _WORD,
        "business_date": "Date",
        "topic": _WORD,
        "event_id": "String",
        "original_event_id": "String",
        "starts_at": _INSTANT,
        "ends_at": _INSTANT,
        "location_id": _WORD,
        "product_id": _WORD,
        "category": _WORD,
        "detail": "String",
    },
}


def truth_table(name: str) -> str:
    """CREATE TABLE of one table."""
    columns = ",\n".join(f"    `{column}` {kind}" for column, kind in TRUTH_COLUMNS[name].items())
    return f"""\
CREATE TABLE IF NOT EXISTS {TRUTH}.{name}
(
    `source` {_WORD},
{columns}
)
ENGINE = MergeTree
PARTITION BY source
ORDER BY ({", ".join(_order_key(name))})"""


def _order_key(name: str) -> list[str]:
    """The ids, coarse ones first, then the time."""
    columns = TRUTH_COLUMNS[name]
    ids = [column for column in columns if column.endswith("_id")]
    times = [column for column, kind in columns.items() if kind in ("Date", _INSTANT)]
    return ids + times[:1]
