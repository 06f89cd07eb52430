"""What an event of the topics says about stock, in SQL that Spark and ClickHouse both understand.

The stream reads events from Kafka, the seed reads them from raw: both must sign and name them alike, and as
`int_stock_movements_signed` does.
"""

from spark_jobs.stock.events import COUNT, ORDER_STEPS, VOID

SHELVES = 4  # parts of a location's range, by product: each is one state
_GONE = "('sale', 'transfer_out', 'damage', 'expired', 'theft_report', 'own_use')"
_INVENTORY = (
    "opening_balance", "receipt", "transfer_out", "transfer_in", "adjustment", "damage", "expired", "theft_report",
    "own_use", COUNT, *ORDER_STEPS,
)  # fmt: skip

# What comes back unsaleable does not come back to the stock.
SALES_CONDITION = f"""
    event_type = '{VOID}' or (line_type = 'merchandise' and (
        event_type = 'sale' or (event_type = 'return' and disposition = 'resell')
    ))"""
INVENTORY_CONDITION = f"event_type in {_INVENTORY}"
UNITS = f"cast(coalesce(case when event_type in {_GONE} then -quantity else quantity end, 0) * 1000 as bigint)"
SALES = {
    "location_id": f"case when event_type = '{VOID}' then store_id else coalesce(fulfilment_location_id, store_id) end",
    "product_id": "coalesce(product_id, '')",
    "document": "concat(store_id, '|', coalesce(transaction_id, ''), '|', cast(coalesce(line_number, 0) as String))",
    "order_line": "''",
}
# Goods that move can be alike and yet be two; what is counted or ordered can not.
INVENTORY = {
    "location_id": "location_id",
    "product_id": "product_id",
    "document": """
        case when event_type = 'opening_balance' or event_type = 'stock_count' or event_type like 'purchase_order_%'
            then concat(
                event_type, '|', cast(event_time as String), '|', cast(quantity as String), '|',
                coalesce(count_id, ''), '|', coalesce(purchase_order_id, ''), '|',
                cast(coalesce(purchase_order_line, 0) as String), '|', coalesce(cast(promised_date as String), '')
            )
            else '' end""",
    "order_line": """
        case when purchase_order_id is null then ''
            else concat(purchase_order_id, '/', cast(coalesce(purchase_order_line, 0) as String)) end""",
}
