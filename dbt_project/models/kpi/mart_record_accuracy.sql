{{ config(order_by=['source', 'store_id', 'month', 'category', 'scope']) }}

with counts as (

    select *, makeDate32(toYear(date_key), toMonth(date_key), 1) as month
    from {{ ref('fact_stock_counts') }}
    where not is_initial

),

products as (

    select product_key, category from {{ ref('dim_product') }}

),

counts_summed as (

    select
        source,
        store_id,
        month,
        category,
        scope,
        count() as counted_pairs,
        countIf(is_exact) as exact_pairs,
        countIf(is_within_one) as within_one_pairs,
        countIf(book_units > 0 and counted_units = 0) as empty_shelf_pairs
    from counts
    inner join products using (product_key)
    group by source, store_id, month, category, scope

)

select
    -- ids
    month,
    source,
    store_id,

    -- strings
    category,
    scope,

    -- counts
    cast(counted_pairs as Int64) as counted_pairs,
    cast(exact_pairs as Int64) as exact_pairs,
    cast(within_one_pairs as Int64) as within_one_pairs,
    cast(empty_shelf_pairs as Int64) as empty_shelf_pairs
from counts_summed
