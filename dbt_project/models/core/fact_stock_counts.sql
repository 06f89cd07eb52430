{{ config(order_by=['source', 'store_id', 'date_key', 'product_id', 'counted_at', 'event_id']) }}

with counts as (

    select * from {{ ref('int_stock_counts_dated') }}

),

tracked as (

    select * from {{ ref('int_stock_pairs_tracked') }}

),

movements as (

    select * from {{ ref('fact_inventory_movements') }}

),

corrections as (

    select source, event_id, store_key, product_key, units, unit_cost, cost_amount
    from movements
    where movement_type = 'count_correction'

),

counts_corrected as (

    select
        counts.* except (source, store_id, product_id, event_id),
        counts.source as source,
        counts.store_id as store_id,
        counts.product_id as product_id,
        counts.event_id as event_id,
        corrections.store_key as store_key,
        corrections.product_key as product_key,
        corrections.units as correction_units,
        corrections.unit_cost as unit_cost,
        corrections.cost_amount as correction_amount,
        tracked.tracked_at as tracked_at,
        tracked.tracked_at = counts.counted_at and isNull(counts.previous_counted_at) as may_be_initial
    from counts
    inner join corrections on counts.source = corrections.source and counts.event_id = corrections.event_id
    inner join tracked
        on counts.source = tracked.source and counts.store_id = tracked.store_id
        and counts.product_id = tracked.product_id

),

-- Goods that came in at the very instant of the first count: it had a book to find.
stated_at_first_count as (

    select distinct source, store_id, product_id
    from movements
    where movement_type in ('opening_balance', 'receipt', 'transfer_in')
        and (source, store_id, product_id, moved_at) in (
            select source, store_id, product_id, counted_at from counts_corrected where may_be_initial
        )

)

select
    -- keys of the dimensions
    date_key,
    store_key,
    product_key,

    -- ids
    source,
    store_id,
    product_id,
    count_id,
    event_id,

    -- strings
    scope,

    -- numerics
    counted_units,
    cast(counted_units - correction_units as Decimal(18, 3)) as book_units,
    correction_units,
    unit_cost,
    correction_amount,
    cast(
        intDiv(dateDiff('second', previous_counted_at, counted_at), 86400) as Nullable(Int32)
    ) as days_since_previous_count,

    -- booleans
    cast(
        may_be_initial
        and (source, store_id, product_id) not in (select source, store_id, product_id from stated_at_first_count)
    as Bool) as is_initial,
    cast(correction_units = 0 as Bool) as is_exact,
    cast(abs(correction_units) <= 1 as Bool) as is_within_one,

    -- timestamps
    counted_at,
    previous_counted_at,
    cast(ifNull(previous_counted_at, tracked_at) as DateTime64(3, 'UTC')) as book_since_at
from counts_corrected
