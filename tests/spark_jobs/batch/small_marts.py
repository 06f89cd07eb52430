"""Marts of a shop with two stores and a depot, on a Monday and the one before: what the reports read of them."""

from datetime import date

from clickhouse_connect.driver.client import Client

SOURCE, DAY, BEFORE = "shop", date(2026, 1, 12), date(2026, 1, 5)
TEA = 'Tea <b>& "Co"</b>'
_KEY = "source LowCardinality(String), store_id LowCardinality(String), date_key Date32"
_MONEY, _UNITS = "Decimal(18, 4)", "Decimal(18, 3)"
_TABLES = {
    "kpi.mart_sales_daily": f"{_KEY}, product_id LowCardinality(String), currency LowCardinality(String),"
    f" units_sold {_UNITS}, gross_amount {_MONEY}, discount_amount {_MONEY}, returns_amount {_MONEY},"
    f" net_revenue {_MONEY}, other_income {_MONEY}, cogs_amount {_MONEY}, cost_tracked_revenue {_MONEY}",
    "kpi.mart_baskets": f"{_KEY}, currency LowCardinality(String), transactions Int64, sales_amount {_MONEY}",
    "kpi.mart_inventory_daily": f"{_KEY}, category LowCardinality(String), closing_value {_MONEY},"
    " open_minutes Int64, out_of_stock_minutes Int64",
    "kpi.mart_lost_sales_daily": f"{_KEY}, product_id LowCardinality(String), estimated_lost_units Decimal(18, 6),"
    f" estimated_lost_margin Nullable({_MONEY})",
    "kpi.mart_known_losses_daily": f"{_KEY}, product_id LowCardinality(String), loss_amount {_MONEY}",
    "kpi.mart_supplier_performance": "source LowCardinality(String), supply_source_id LowCardinality(String),"
    f" order_lines Int64, due_lines Int64, on_time_in_full_lines Int64, due_units {_UNITS},"
    f" due_units_on_time {_UNITS}, overdue_lines Int64, open_lines Int64",
    "core.dim_store": "source LowCardinality(String), store_id LowCardinality(String), store_name String,"
    " store_type LowCardinality(Nullable(String)), currency LowCardinality(Nullable(String)), is_current Bool",
    "core.dim_product": "source LowCardinality(String), product_id LowCardinality(String), product_name String,"
    " category LowCardinality(String), is_current Bool",
    "core.dim_supplier": "source LowCardinality(String), supplier_id LowCardinality(String), supplier_name String,"
    " is_current Bool",
    "monitoring.completeness": f"{_KEY}, currency LowCardinality(String), control_tickets Nullable(Int64),"
    " known_tickets Int64, is_closed UInt8, is_complete UInt8",
    "intermediate.int_source_days_completed": "source LowCardinality(String), last_whole_day Date32",
}
_ROWS = {
    "kpi.mart_sales_daily": f"""
        ('shop', 's1', '{DAY}', 'tea', 'EUR', 4, 20, 2, 3, 15, 0, 6, 15),
        ('shop', 's1', '{DAY}', 'mug', 'EUR', 1, 7, 0, 0, 7, 4, 0, 0),
        ('shop', 's2', '{DAY}', 'tea', 'EUR', 2, 10, 0, 0, 10, 0, 4, 10),
        ('shop', 's1', '{BEFORE}', 'tea', 'EUR', 2, 10, 0, 0, 10, 0, 4, 10),
        ('shop', 's2', '{BEFORE}', 'tea', 'EUR', 8, 40, 0, 0, 40, 0, 16, 40),
        ('plain', 'p1', '{DAY}', 'pen', 'GBP', 3, 6, 0, 0, 6, 0, 0, 0)""",
    "kpi.mart_baskets": f"""
        ('shop', 's1', '{DAY}', 'EUR', 4, 25), ('shop', 's2', '{DAY}', 'EUR', 2, 10),
        ('shop', 's1', '{BEFORE}', 'EUR', 1, 10), ('shop', 's2', '{BEFORE}', 'EUR', 4, 40),
        ('plain', 'p1', '{DAY}', 'GBP', 2, 6)""",
    "kpi.mart_inventory_daily": f"""
        ('shop', 's1', '{DAY}', 'drinks', 50, 600, 90), ('shop', 's2', '{DAY}', 'drinks', 30, 400, 0),
        ('shop', 'd1', '{DAY}', 'drinks', 20, 1440, 1440),
        ('shop', 's1', '{BEFORE}', 'drinks', 40, 600, 0), ('shop', 's2', '{BEFORE}', 'drinks', 30, 400, 0)""",
    "kpi.mart_lost_sales_daily": f"""
        ('shop', 's1', '{DAY}', 'soap', 2.5, 5), ('shop', 's1', '{DAY}', 'tea', 1, 3)""",
    "kpi.mart_known_losses_daily": f"('shop', 's2', '{DAY}', 'tea', 2)",
    "kpi.mart_supplier_performance": """
        ('shop', 'v1', 9, 4, 3, 40, 36, 1, 2), ('shop', 'v2', 2, 2, 2, 20, 20, 0, 0),
        ('shop', 'v3', 1, 0, 0, 0, 0, 0, 1)""",
    "core.dim_store": """
        ('shop', 's1', 'High <Street> & Sons', 'store', 'EUR', true), ('shop', 's2', 'Station', 'store', 'EUR', true),
        ('shop', 'd1', 'Depot', 'dc', 'EUR', true), ('shop', 's2', 'Old Station', 'store', 'EUR', false)""",
    "core.dim_product": f"""
        ('shop', 'tea', '{TEA}', 'drinks', true), ('shop', 'mug', 'Mug', 'household', true),
        ('shop', 'soap', 'Soap', 'household', true)""",
    "core.dim_supplier": "('shop', 'v1', 'Victor', true), ('shop', 'v2', 'Wilma', true)",
    "monitoring.completeness": f"""
        ('shop', 's1', '{DAY}', 'EUR', 4, 4, true, true), ('shop', 's2', '{DAY}', 'EUR', 3, 2, true, false)""",
    "intermediate.int_source_days_completed": f"('shop', '{DAY}'), ('plain', '{DAY}')",
}


def make_marts(client: Client) -> None:
    """Put them in the place of what was there."""
    for table, columns in _TABLES.items():
        client.command(f"CREATE OR REPLACE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY source")
        client.command(f"INSERT INTO {table} VALUES {_ROWS[table]}")
