select
    -- keys of the dimensions
    cast(date_key as Date) as date_key,
    cast(store_key as Int64) as store_key,
    cast(product_key as Int64) as product_key,

    -- ids and strings
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,

    -- units
    cast(opening_units as Decimal(18, 3)) as opening_units,
    cast(opening_balance_units as Decimal(18, 3)) as opening_balance_units,
    cast(received_units as Decimal(18, 3)) as received_units,
    cast(transferred_in_units as Decimal(18, 3)) as transferred_in_units,
    cast(transferred_out_units as Decimal(18, 3)) as transferred_out_units,
    cast(sold_units as Decimal(18, 3)) as sold_units,
    cast(returned_units as Decimal(18, 3)) as returned_units,
    cast(adjusted_units as Decimal(18, 3)) as adjusted_units,
    cast(damaged_units as Decimal(18, 3)) as damaged_units,
    cast(expired_units as Decimal(18, 3)) as expired_units,
    cast(stolen_units as Decimal(18, 3)) as stolen_units,
    cast(own_use_units as Decimal(18, 3)) as own_use_units,
    cast(count_correction_units as Decimal(18, 3)) as count_correction_units,
    cast(closing_units as Decimal(18, 3)) as closing_units,
    cast(on_order_units as Decimal(18, 3)) as on_order_units,
    cast(in_transit_units as Decimal(18, 3)) as in_transit_units,

    -- money
    cast(ifNull(stock.closing_value, 0) as Decimal(18, 4)) as closing_value,

    -- numbers
    cast(open_minutes as Int64) as open_minutes,
    cast(out_of_stock_minutes as Int64) as out_of_stock_minutes,

    -- booleans
    cast(is_ranged as Bool) as is_ranged,
    cast(is_open as Bool) as is_open,
    cast(isNotNull(stock.closing_value) as Bool) as is_value_known
from {{ ref('fact_inventory') }} as stock
