{{ config(order_by=['source', 'store_id', 'date_key', 'category']) }}

-- Stock and sales are summed apart and put under each other: joined by pair and day, a sale line would repeat the stock.

with stock as (

    select * from {{ ref('fact_inventory') }}

),

tracked as (

    select source, store_id, product_id, tracked_from from {{ ref('int_stock_pairs_tracked') }}

),

last_days as (

    select source, store_id, max(date_key) as last_day
    from {{ ref('int_store_days_opened') }}
    group by source, store_id

),

categories as (

    select source, product_id, category from {{ ref('dim_product') }} where is_current and source != ''

),

-- Goods count where they leave from, and only those whose stock is known.
goods_sold as (

    select
        source,
        ifNull(lines.fulfilment_location_id, lines.store_id) as store_id,
        product_id,
        date_key,
        sum(ifNull(lines.cost_amount, 0)) as cogs_amount,
        sumIf(lines.net_amount, isNotNull(lines.unit_cost)) as cost_tracked_revenue
    from {{ ref('fact_sales') }} as lines
    where line_type = 'merchandise'
    group by source, store_id, product_id, date_key

),

goods_sold_from_stock as (

    select source, store_id, product_id, date_key, cogs_amount, cost_tracked_revenue
    from goods_sold
    inner join tracked using (source, store_id, product_id)
    inner join last_days using (source, store_id)
    where date_key between tracked_from and last_day

),

stock_and_sales as (

    select
        source, store_id, product_id, date_key,
        ifNull(closing_value, 0) as closing_value,
        open_minutes,
        out_of_stock_minutes,
        is_ranged and is_open as is_offered,
        is_offered and opening_units > 0 as is_in_stock,
        0 as cogs_amount,
        0 as cost_tracked_revenue
    from stock

    union all

    select source, store_id, product_id, date_key, 0, 0, 0, false, false, cogs_amount, cost_tracked_revenue
    from goods_sold_from_stock

),

inventory_summed as (

    select
        source,
        store_id,
        date_key,
        ifNull(category, 'not stated') as category,
        sum(changes.closing_value) as closing_value,
        sum(changes.cogs_amount) as cogs_amount,
        sum(changes.cost_tracked_revenue) as cost_tracked_revenue,
        sum(changes.open_minutes) as open_minutes,
        sum(changes.out_of_stock_minutes) as out_of_stock_minutes,
        countIf(is_offered) as offered_pairs,
        countIf(is_in_stock) as offered_pairs_in_stock
    from stock_and_sales as changes
    left join categories using (source, product_id)
    group by source, store_id, date_key, category

)

select
    -- ids
    date_key,
    source,
    store_id,
    cast(category as LowCardinality(String)) as category,

    -- money
    cast(closing_value as Decimal(18, 4)) as closing_value,
    cast(cogs_amount as Decimal(18, 4)) as cogs_amount,
    cast(cost_tracked_revenue as Decimal(18, 4)) as cost_tracked_revenue,

    -- minutes
    cast(open_minutes as Int64) as open_minutes,
    cast(out_of_stock_minutes as Int64) as out_of_stock_minutes,

    -- counts
    cast(offered_pairs as Int64) as offered_pairs,
    cast(offered_pairs_in_stock as Int64) as offered_pairs_in_stock
from inventory_summed
