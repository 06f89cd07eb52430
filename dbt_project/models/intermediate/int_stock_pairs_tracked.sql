{{ config(materialized='table', order_by=['source', 'store_id', 'product_id']) }}

with store_days as (

    select source as day_source, store_id as day_store_id, date_key as local_date, starts_at
    from {{ ref('int_store_days_started') }}

),

-- What tells how much is there; a sale alone does not.
stock_stated as (

    select source, location_id, product_id, min(moved_at) as first_stated_at
    from {{ ref('stg_events__inventory_movements') }}
    where movement_type in ('opening_balance', 'receipt', 'transfer_in')
    group by source, location_id, product_id

    union all

    select source, location_id, product_id, min(counted_at)
    from {{ ref('stg_events__stock_counts') }}
    group by source, location_id, product_id

),

first_stated as (

    select source, location_id, product_id, min(first_stated_at) as tracked_at
    from stock_stated
    group by source, location_id, product_id

),

stock_pairs_tracked as (

    select
        {{ surrogate_key(['source', 'location_id', 'product_id']) }} as pair_key,
        source,
        location_id as store_id,
        product_id,
        tracked_at,
        ifNull(local_date, toDate32(tracked_at)) as tracked_from
    from first_stated
    asof left join store_days
        on source = day_source and location_id = day_store_id and tracked_at >= starts_at

)

select * from stock_pairs_tracked
