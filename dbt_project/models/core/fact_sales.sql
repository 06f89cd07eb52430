{{ config(
    materialized='incremental',
    incremental_strategy='delete_insert',
    unique_key=['source', 'store_id', 'date_key'],
    order_by=['source', 'store_id', 'date_key', 'product_id', 'transaction_id', 'line_number'],
    partition_by='toYYYYMM(date_key)',
    pre_hook="{{ mark_days(sales_days_to_restate()) }}",
    post_hook="{{ drop_helpers(['marked']) }}"
) }}

with lines as (

    select * from {{ ref('int_ticket_lines_unvoided') }}
    {% if is_incremental() %} where {{ is_marked_day('business_date') }} {% endif %}

),

sales_returned as (

    select _line_key as _sale_line_key, sold_at as sale_sold_at
    from {{ ref('stg_events__ticket_lines') }}
    where event_type = 'sale'
        and _line_key in (select _returned_line_key from lines where _returned_line_key != 0)

),

stores as (

    select source as store_source, store_id as known_store_id, store_key, valid_from as store_from
    from {{ ref('dim_store') }}

),

products as (

    select source as product_source, product_id as known_product_id, product_key, valid_from as product_from
    from {{ ref('dim_product') }}

),

costs as (

    select
        source as cost_source, product_id as cost_product_id, cost_key,
        unit_cost as known_cost, currency as cost_currency, valid_from as cost_from
    from {{ ref('int_product_costs_versioned') }}

),

-- A return costs what its sale did, where that is known.
lines_dated as (

    select *, ifNull(sale_sold_at, sold_at) as costed_at
    from lines
    left join sales_returned on _returned_line_key = _sale_line_key

),

lines_keyed as (

    select *, if(cost_currency = currency, known_cost, null) as unit_cost
    from lines_dated
    asof left join stores on source = store_source and store_id = known_store_id and sold_at >= store_from
    asof left join products on source = product_source and product_id = known_product_id and sold_at >= product_from
    asof left join costs on source = cost_source and product_id = cost_product_id and costed_at >= cost_from

),

lines_signed as (

    select
        *,
        if(event_type = 'return', -1, 1) as sign,
        round(toDecimal128(quantity, 3) * unit_price - discount_amount, 4) as amount,
        -- What comes back unsaleable is a loss, not less cost of goods sold.
        if(event_type = 'return' and ifNull(return_disposition != 'resell', true), 0, sign) as cost_sign,
        round(toDecimal128(quantity, 3) * unit_cost, 4) as cost
    from lines_keyed

)

select
    -- keys of the dimensions
    business_date as date_key,
    ifNull(store_key, 0) as store_key,
    ifNull(product_key, 0) as product_key,
    if(isNull(customer_id), 0, {{ surrogate_key(['source', 'assumeNotNull(customer_id)']) }}) as customer_key,
    if(
        isNull(promotion_id), 0, {{ surrogate_key(['source', 'assumeNotNull(promotion_id)', 'product_id']) }}
    ) as promotion_key,

    -- ids
    source,
    store_id,
    transaction_id,
    line_number,
    register_id,
    product_id,
    customer_id,
    promotion_id,
    fulfilment_location_id,
    returned_transaction_id,
    returned_line_number,

    -- strings
    event_type,
    line_type,
    channel,
    payment_method,
    currency,
    return_reason,
    return_disposition,

    -- numerics
    cast(sign * quantity as Decimal(18, 3)) as quantity,
    unit_price,
    regular_price,
    cast(sign * discount_amount as Decimal(18, 4)) as discount_amount,
    cast(sign * amount as Decimal(18, 4)) as net_amount,
    cast(sign * tax_amount as Decimal(18, 4)) as tax_amount,
    unit_cost,
    cast(cost_sign * cost as Nullable(Decimal(18, 4))) as cost_amount,

    -- timestamps
    sold_at,
    costed_at,

    -- what the row was built from
    {{ message_key() }} as _message_key,
    _returned_line_key,
    ifNull(cost_key, 0) as _cost_key,
    cityHash64(_message_key, store_key, product_key, costed_at, _cost_key) as _row_key
from lines_signed
