{{ config(
    materialized='incremental',
    incremental_strategy='delete_insert',
    unique_key=['source', 'store_id', 'date_key'],
    order_by=['source', 'store_id', 'product_id', 'date_key', 'moved_at', 'event_id'],
    partition_by='toYYYYMM(date_key)',
    pre_hook="{{ mark_movement_days() }}",
    post_hook="{{ drop_helpers(['days', 'touched', 'marked']) }}"
) }}

with movements as (

    select * from {{ ref('int_stock_movements_signed') }}
    {% if is_incremental() %} where {{ is_marked_day() }} {% endif %}

),

counts as (

    select * from {{ ref('int_stock_counts_dated') }}
    {% if is_incremental() %} where {{ is_marked_day() }} {% endif %}

),

tracked as (

    select * from {{ ref('int_stock_pairs_tracked') }}

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

    select source as cost_source, product_id as cost_product_id, cost_key, unit_cost, valid_from as cost_from
    from {{ ref('int_product_costs_versioned') }}

),

-- The book of a pair begins on the day something first said how much there is.
movements_before_counts as (

    select
        movements.source as source,
        movements.store_id as store_id,
        movements.product_id as product_id,
        counted.counted_at as counted_at,
        sum(movements.units) as units
    from {{ ref('int_stock_movements_signed') }} as movements
    inner join tracked
        on movements.source = tracked.source and movements.store_id = tracked.store_id
        and movements.product_id = tracked.product_id
    asof join (
        select distinct source, store_id, product_id, counted_at from {{ ref('int_stock_counts_dated') }}
    ) as counted
        on movements.source = counted.source and movements.store_id = counted.store_id
        and movements.product_id = counted.product_id and movements.moved_at <= counted.counted_at
    where movements.date_key >= tracked.tracked_from
        and (movements.source, movements.store_id, movements.product_id) in (
            select source, store_id, product_id from counts
        )
    group by source, store_id, product_id, counted_at

),

-- At one instant everything else goes before the count; of several counts only the first finds movements before it.
counts_compared as (

    select
        counts.*,
        ifNull(counts.previous_counted_units, 0) + if(
            ifNull(counts.previous_counted_at = counts.counted_at, false), 0, ifNull(movements_before_counts.units, 0)
        ) as book_units
    from counts
    left join movements_before_counts
        on counts.source = movements_before_counts.source and counts.store_id = movements_before_counts.store_id
        and counts.product_id = movements_before_counts.product_id
        and counts.counted_at = movements_before_counts.counted_at

),

movements_and_corrections as (

    select * from movements

    union all

    select
        source,
        store_id,
        product_id,
        'count_correction' as movement_type,
        date_key,
        counted_at as moved_at,
        event_id,
        cast(counted_units - book_units as Decimal(18, 3)) as units,
        null as unit_cost,
        scope as reason,
        null as supplier_id,
        null as purchase_order_id,
        null as purchase_order_line,
        null as transfer_id,
        null as counterpart_location_id,
        null as lot_id,
        null as expiry_date,
        null as transaction_id,
        null as line_number,
        _message_key
    from counts_compared

),

movements_keyed as (

    select
        * except (unit_cost),
        movements_and_corrections.unit_cost as stated_unit_cost,
        costs.unit_cost as known_unit_cost
    from movements_and_corrections
    asof left join stores on source = store_source and store_id = known_store_id and moved_at >= store_from
    asof left join products on source = product_source and product_id = known_product_id and moved_at >= product_from
    asof left join costs on source = cost_source and product_id = cost_product_id and moved_at >= cost_from

)

select
    -- keys of the dimensions
    date_key,
    ifNull(store_key, 0) as store_key,
    ifNull(product_key, 0) as product_key,

    -- ids
    source,
    cast(store_id as LowCardinality(String)) as store_id,
    product_id,
    event_id,
    transaction_id,
    line_number,
    supplier_id,
    purchase_order_id,
    purchase_order_line,
    transfer_id,
    counterpart_location_id as counterpart_store_id,
    lot_id,

    -- strings
    cast(movement_type as LowCardinality(String)) as movement_type,
    cast(reason as LowCardinality(Nullable(String))) as reason,

    -- numerics
    units,
    stated_unit_cost,
    known_unit_cost as unit_cost,
    cast(round(toDecimal128(units, 3) * known_unit_cost, 4) as Nullable(Decimal(18, 4))) as cost_amount,

    -- dates and timestamps
    expiry_date,
    moved_at,

    -- what the row was built from
    _message_key,
    ifNull(cost_key, 0) as _cost_key,
    cityHash64(_message_key, date_key, moved_at, store_key, product_key, units, _cost_key) as _row_key
from movements_keyed
