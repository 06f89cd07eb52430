{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'counted_at']) }}

with store_days as (

    select source as day_source, store_id as day_store_id, date_key as local_date, starts_at
    from {{ ref('int_store_days_started') }}

),

counts_dated as (

    select *, {{ message_key() }} as _message_key
    from {{ ref('stg_events__stock_counts') }}
    asof left join store_days
        on source = day_source and location_id = day_store_id and counted_at >= starts_at
    where {{ is_past('counted_at') }}

),

stock_counts_dated as (

    select
        source,
        location_id as store_id,
        product_id,
        count_id,
        event_id,
        scope,
        cast(counted_units as Decimal(18, 3)) as counted_units,
        ifNull(local_date, toDate32(counted_at)) as date_key,
        counted_at,
        reported_at,
        lagInFrame(toNullable(counted_units)) over counts_of_pair as previous_counted_units,
        lagInFrame(toNullable(counted_at)) over counts_of_pair as previous_counted_at,
        _message_key
    from counts_dated
    window counts_of_pair as (
        partition by source, location_id, product_id order by counted_at, event_id
        rows between unbounded preceding and unbounded following
    )

)

select * from stock_counts_dated
