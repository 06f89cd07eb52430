{{ config(tags=['estimated']) }}

with lost as (

    select *, toDateTime64(date_key, 3, 'UTC') as day_begun_at from {{ ref('mart_lost_sales_daily') }}

),

stores as (

    select source as known_source, store_id as known_store_id, store_key, valid_from as store_from
    from {{ ref('dim_store') }}

),

lost_keyed as (

    select lost.*, store_key
    from lost
    asof left join stores on source = known_source and store_id = known_store_id and day_begun_at >= store_from

)

select
    -- keys of the dimensions
    cast(date_key as Date) as date_key,
    cast(ifNull(store_key, 0) as Int64) as store_key,
    cast(product_key as Int64) as product_key,

    -- ids and strings
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,
    cast(cause as String) as cause,

    -- units
    cast(estimated_lost_units as Decimal(18, 6)) as estimated_lost_units,

    -- money
    cast(ifNull(estimated_lost_amount, 0) as Decimal(18, 4)) as estimated_lost_amount,
    cast(ifNull(estimated_lost_margin, 0) as Decimal(18, 4)) as estimated_lost_margin
from lost_keyed
