select
    -- keys of the dimensions
    cast(date_key as Date) as date_key,
    cast(store_key as Int64) as store_key,
    cast(product_key as Int64) as product_key,
    cast(supplier_key as Int64) as supplier_key,

    -- ids and strings
    cast(source as String) as source,
    cast(purchase_order_id as String) as purchase_order_id,
    cast(status as String) as status,

    -- units
    cast(ordered_units as Decimal(18, 3)) as ordered_units,
    cast(cancelled_units as Decimal(18, 3)) as cancelled_units,
    cast(received_units as Decimal(18, 3)) as received_units,
    cast(received_on_time_units as Decimal(18, 3)) as received_on_time_units,
    cast(open_units as Decimal(18, 3)) as open_units,

    -- money
    cast(ifNull(ordered_amount, 0) as Decimal(18, 4)) as ordered_amount,
    cast(ifNull(open_amount, 0) as Decimal(18, 4)) as open_amount,

    -- numbers
    cast(purchase_order_line as Int64) as purchase_order_line,
    cast(promised_lead_time_days as Int64) as promised_lead_time_days,
    cast(ifNull(lines.lead_time_days, 0) as Int64) as lead_time_days,

    -- booleans
    cast(isNotNull(lines.lead_time_days) as Bool) as has_receipt,
    cast(is_from_own_depot as Bool) as is_from_own_depot,
    cast(is_due as Bool) as is_due,
    cast(is_on_time_in_full as Bool) as is_on_time_in_full,
    cast(is_ghost_candidate as Bool) as is_ghost_candidate,

    -- dates and timestamps
    cast(promised_date as Date) as promised_date,
    cast(placed_at as DateTime('UTC')) as placed_at
from {{ ref('fact_purchase_order_lines') }} as lines
