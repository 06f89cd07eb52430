{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'silent_from']) }}

-- From the moment goods last left the shelf to the moment it was filled or counted, or to now, where the book said
-- there was something: nothing was wanted, or nothing was there.

{%- set most_units = 20 %}

-- Who sells from the shelf: of several shops of one depot the first, for a shelf is empty only once.
with sellers as (

    select source, stock_store_id, product_id, min(store_id) as selling_store_id
    from {{ ref('int_selling_pairs_stocked') }}
    group by source, stock_store_id, product_id

),

tracked as (

    select source, store_id, product_id, tracked_from
    from {{ ref('int_stock_pairs_tracked') }}
    where (source, store_id, product_id) in (select source, stock_store_id, product_id from sellers)

),

movements as (

    select source, store_id, product_id, date_key, movement_type, moved_at, event_id, units
    from {{ ref('fact_inventory_movements') }} as movements
    inner join tracked using (source, store_id, product_id)
    where date_key >= tracked_from

),

counts as (

    select source, event_id, scope, counted_units from {{ ref('int_stock_counts_dated') }}

),

-- At one instant goods come in before anything is sold, and a count is taken after.
fillings as (

    select
        source, store_id, product_id,
        if(movement_type = 'count_correction', addMilliseconds(moved_at, 1), moved_at) as filled_at,
        argMax(date_key, event_id) as date_key,
        argMax(if(movement_type = 'count_correction', event_id, ''), event_id) as count_event_id,
        sum(movements.units) as units
    from movements
    where movement_type = 'count_correction' or movements.units > 0
    group by source, store_id, product_id, filled_at

    union all

    select source, store_id, product_id, addMilliseconds(as_of, 2), toDate32('2283-01-01'), '', 0
    from tracked
    inner join {{ ref('int_sources_dated') }} as sources using (source)

),

goods_gone as (

    select
        movements.source as source,
        movements.store_id as store_id,
        movements.product_id as product_id,
        filled_at,
        sum(movements.units) as units,
        max(movements.moved_at) as last_left_at,
        argMax(movements.date_key, (movements.moved_at, movements.event_id)) as last_left_on,
        argMax(
            if(movement_type = 'sale', -movements.units, 0), (movements.moved_at, movements.event_id)
        ) as last_sold_units
    from movements
    asof join fillings
        on movements.source = fillings.source and movements.store_id = fillings.store_id
        and movements.product_id = fillings.product_id and movements.moved_at < fillings.filled_at
    where movement_type != 'count_correction' and movements.units < 0
    group by source, store_id, product_id, filled_at

),

intervals as (

    select
        fillings.*,
        last_left_at, last_left_on, last_sold_units,
        sum(fillings.units + ifNull(goods_gone.units, 0)) over (
            partition by source, store_id, product_id order by filled_at
            rows between unbounded preceding and current row
        ) - fillings.units as book_units
    from fillings
    left join goods_gone using (source, store_id, product_id, filled_at)

),

shelf_silences_found as (

    select
        intervals.source as source,
        cast(selling_store_id as LowCardinality(String)) as store_id,
        intervals.product_id as product_id,
        intervals.store_id as stock_store_id,
        assumeNotNull(last_left_at) as silent_from,
        assumeNotNull(last_left_on) as silent_from_day,
        assumeNotNull(intervals.last_sold_units) as last_sold_units,
        filled_at as silent_until,
        multiIf(date_key = toDate32('2283-01-01'), 'now', count_event_id != '', 'count', 'filling') as ended_by,
        book_units,
        if(ended_by = 'count', counts.scope, null) as count_scope,
        if(ended_by = 'count', counts.counted_units, null) as counted_units
    from intervals
    inner join sellers
        on intervals.source = sellers.source and intervals.store_id = sellers.stock_store_id
        and intervals.product_id = sellers.product_id
    left join counts on intervals.source = counts.source and intervals.count_event_id = counts.event_id
    where isNotNull(last_left_at) and book_units > 0 and book_units <= {{ most_units }}

)

select * from shelf_silences_found
