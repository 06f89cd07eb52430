select
    -- keys of the dimensions
    cast(date_key as Date) as date_key,
    cast(store_key as Int64) as store_key,
    cast(product_key as Int64) as product_key,
    cast(customer_key as Int64) as customer_key,
    cast(promotion_key as Int64) as promotion_key,

    -- ids and strings
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(transaction_id as String) as transaction_id,
    cast(event_type as String) as event_type,
    cast(line_type as String) as line_type,
    cast(channel as String) as channel,
    cast(ifNull(payment_method, 'not stated') as String) as payment_method,
    cast(currency as String) as currency,
    cast(ifNull(return_reason, '') as String) as return_reason,

    -- units
    cast(quantity as Decimal(18, 3)) as quantity,

    -- money
    cast(discount_amount as Decimal(18, 4)) as discount_amount,
    cast(net_amount as Decimal(18, 4)) as net_amount,
    cast(tax_amount as Decimal(18, 4)) as tax_amount,
    cast(ifNull(lines.cost_amount, 0) as Decimal(18, 4)) as cost_amount,
    cast(if(isNull(lines.cost_amount), 0, lines.net_amount) as Decimal(18, 4)) as cost_tracked_amount,

    -- numbers
    cast(line_number as Int64) as line_number,

    -- booleans
    cast(isNotNull(lines.cost_amount) as Bool) as is_cost_known,

    -- dates and timestamps
    cast(sold_at as DateTime('UTC')) as sold_at
from {{ ref('fact_sales') }} as lines
