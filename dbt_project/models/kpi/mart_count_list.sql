{{ config(order_by=['source', 'store_id', 'estimated_value_of_count', 'product_id'], tags=['estimated', 'predicted']) }}

-- What a count is worth: the sales it brings back where the shelf is probably empty against the book, and the loss that
-- has probably come together since the last count.

with health as (

    select source, store_id, product_id, category, abc_class, on_hand_units, on_hand_value, unit_cost, stock_date
    from {{ ref('mart_inventory_health') }}
    where is_ranged or on_hand_units != 0

),

phantoms as (

    select source, store_id, product_id, estimated_phantom_probability, estimated_weekly_loss
    from {{ ref('mart_phantom_stock') }}

),

counts as (

    select source, store_id, product_id, max(date_key) as last_counted_date
    from {{ ref('fact_stock_counts') }}
    group by source, store_id, product_id

),

-- How far counts were off per day since the count before, by category: no pair is counted often enough to say by
-- itself.
categories as (

    select
        source, category,
        sum(abs(correction_units)) / greatest(sum(days_since_previous_count), 1) as units_off_per_day
    from {{ ref('fact_stock_counts') }} as stock_counts
    inner join (select distinct source, product_id, category from health) as products using (source, product_id)
    where isNotNull(days_since_previous_count)
    group by source, category

),

tracked as (

    select source, store_id, product_id, tracked_from from {{ ref('int_stock_pairs_tracked') }}

),

pairs as (

    select
        *,
        ifNull(estimated_phantom_probability, 0) as phantom_probability,
        dateDiff('day', ifNull(last_counted_date, tracked_from), stock_date) as days_uncounted,
        round(ifNull(units_off_per_day, 0) * days_uncounted, 3) as units_off,
        toDecimal64(ifNull(estimated_weekly_loss, 0), 4)
            + round(toDecimal64(units_off, 3) * ifNull(unit_cost, 0), 4) as value_of_count
    from health
    inner join tracked using (source, store_id, product_id)
    left join phantoms using (source, store_id, product_id)
    left join counts using (source, store_id, product_id)
    left join categories using (source, category)

),

pairs_ranked as (

    select
        *,
        row_number() over (
            partition by source, store_id order by value_of_count desc, abc_class, product_id
            rows between unbounded preceding and current row
        ) as count_rank
    from pairs

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,

    -- strings
    cast(category as LowCardinality(String)) as category,
    cast(abc_class as LowCardinality(String)) as abc_class,

    -- numerics
    cast(count_rank as Int64) as count_rank,
    on_hand_units,
    on_hand_value,
    cast(days_uncounted as Int32) as days_uncounted,

    -- estimates
    cast(phantom_probability as Float64) as estimated_phantom_probability,
    cast(units_off as Decimal(18, 3)) as estimated_units_off,
    cast(value_of_count as Decimal(18, 4)) as estimated_value_of_count,

    -- dates
    cast(last_counted_date as Nullable(Date32)) as last_counted_date
from pairs_ranked
