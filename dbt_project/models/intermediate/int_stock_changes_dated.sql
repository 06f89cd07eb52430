with movements as (

    select source, store_id, product_id, date_key, movement_type, moved_at, units, _row_key
    from {{ ref('fact_inventory_movements') }}

),

order_changes as (

    select * from {{ ref('int_order_units_changed') }}

),

last_days as (

    select source, store_id, max(date_key) as last_day
    from {{ ref('int_store_days_opened') }}
    group by source, store_id

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

tracked as (

    select
        pairs.source as tracked_source, pairs.store_id as tracked_store_id, pairs.product_id as tracked_product_id,
        tracked_from, last_day, as_of
    from {{ ref('int_stock_pairs_tracked') }} as pairs
    inner join last_days on pairs.source = last_days.source and pairs.store_id = last_days.store_id
    inner join sources on pairs.source = sources.source

),

-- What was ordered before the first goods came counts from that day on; what moved before has no book to move; what is
-- after the day that counts as today has not happened yet.
stock_changes_dated as (

    select
        source, store_id, product_id, date_key, date_key as changed_date, movement_type, units,
        cast(0 as Decimal(18, 3)) as on_order_change, cast(0 as Decimal(18, 3)) as in_transit_change,
        _row_key as _change_key
    from movements
    inner join tracked
        on source = tracked_source and store_id = tracked_store_id and product_id = tracked_product_id
    where date_key between tracked_from and last_day and moved_at <= as_of

    union all

    select
        source, store_id, product_id, greatest(order_changes.date_key, tracked_from) as date_key,
        order_changes.date_key as changed_date, '', 0,
        on_order_change, in_transit_change, _changes_key
    from order_changes
    inner join tracked
        on source = tracked_source and store_id = tracked_store_id and product_id = tracked_product_id
    where date_key <= last_day

)

select * from stock_changes_dated
