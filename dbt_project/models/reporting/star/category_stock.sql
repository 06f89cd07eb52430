select
    -- keys of the dimensions
    cast(date_key as Date) as date_key,

    -- ids and strings
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(store_id as String) as store_id,
    cast(category as String) as category,

    -- money
    cast(closing_value as Decimal(18, 4)) as closing_value,
    cast(cogs_amount as Decimal(18, 4)) as cogs_amount,
    cast(cost_tracked_revenue as Decimal(18, 4)) as cost_tracked_revenue,

    -- numbers
    cast(open_minutes as Int64) as open_minutes,
    cast(out_of_stock_minutes as Int64) as out_of_stock_minutes,
    cast(offered_pairs as Int64) as offered_pairs,
    cast(offered_pairs_in_stock as Int64) as offered_pairs_in_stock
from {{ ref('mart_inventory_daily') }}
