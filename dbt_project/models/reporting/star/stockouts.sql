{{ config(tags=['estimated']) }}

with episodes as (

    select * from {{ ref('mart_stockouts') }}

),

stores as (

    select source as s_source, store_id as s_store_id, store_key, valid_from as store_from from {{ ref('dim_store') }}

),

products as (

    select source as p_source, product_id as p_product_id, product_key, valid_from as product_from
    from {{ ref('dim_product') }}

),

episodes_keyed as (

    select episodes.*, store_key, product_key
    from episodes
    asof left join stores on source = s_source and store_id = s_store_id and started_at >= store_from
    asof left join products on source = p_source and product_id = p_product_id and started_at >= product_from

)

select
    -- keys of the dimensions
    cast(date_key as Date) as date_key,
    cast(ifNull(store_key, 0) as Int64) as store_key,
    cast(ifNull(product_key, 0) as Int64) as product_key,

    -- ids and strings
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,
    cast(kind as String) as kind,
    cast(root_cause as String) as root_cause,

    -- units
    cast(estimated_lost_units as Decimal(18, 6)) as estimated_lost_units,

    -- money
    cast(ifNull(estimated_lost_amount, 0) as Decimal(18, 4)) as estimated_lost_amount,
    cast(ifNull(estimated_lost_margin, 0) as Decimal(18, 4)) as estimated_lost_margin,

    -- numbers
    cast(duration_minutes as Int64) as duration_minutes,
    cast(open_minutes_without_stock as Int64) as open_minutes_without_stock,

    -- booleans
    cast(is_ongoing as Bool) as is_ongoing,

    -- dates and timestamps
    cast(started_at as DateTime('UTC')) as started_at,
    cast(ended_at as DateTime('UTC')) as ended_at
from episodes_keyed
