{{ config(order_by=['source', 'store_id', 'date_key', 'category']) }}

-- Stock and sales are summed apart and put under each other: joined by pair and day, a sale line would repeat the
-- stock.

with stock as (

    select * from {{ ref('fact_inventory') }}

),

tracked as (

    select source, store_id, product_id, tracked_from from {{ ref('int_stock_pairs_tracked') }}

),

store_days as (

    select source, store_id, date_key, opens_at from {{ ref('int_store_days_opened') }}

),

last_days as (

    select source, store_id, max(date_key) as last_day
    from store_days
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
        product_id, date_key, cost_amount, net_amount, unit_cost
    from {{ ref('fact_sales') }} as lines
    where line_type = 'merchandise'

),

goods_sold_from_stock as (

    select
        source, store_id, date_key, ifNull(category, 'not stated') as category,
        sum(ifNull(cost_amount, 0)) as cogs_amount,
        sumIf(net_amount, isNotNull(unit_cost)) as cost_tracked_revenue
    from goods_sold
    inner join tracked using (source, store_id, product_id)
    inner join last_days using (source, store_id)
    left join categories using (source, product_id)
    where date_key between tracked_from and last_day
    group by source, store_id, date_key, category

),

stock_by_category as (

    select
        source, store_id, date_key, ifNull(category, 'not stated') as category,
        sum(ifNull(stock.closing_value, 0)) as closing_value,
        sum(stock.open_minutes) as open_minutes,
        sum(stock.out_of_stock_minutes) as out_of_stock_minutes,
        countIf(is_ranged and is_open) as offered_pairs
    from stock
    left join categories using (source, product_id)
    group by source, store_id, date_key, category

),

-- When the doors open, not at midnight: much is delivered in between. Few pairs are ever out, so only they are joined.
pairs_out_at_opening as (

    select
        source, store_id, date_key, ifNull(category, 'not stated') as category,
        count() as pairs_out
    from stock
    inner join store_days using (source, store_id, date_key)
    left join categories using (source, product_id)
    where is_ranged and is_open and notEmpty(out_of_stock_spells)
        and arrayExists(spell -> spell.1 <= opens_at and opens_at < spell.2, out_of_stock_spells)
    group by source, store_id, date_key, category

),

stock_and_sales as (

    select
        source, store_id, date_key, category, closing_value, open_minutes, out_of_stock_minutes,
        offered_pairs, 0 as pairs_out, 0 as cogs_amount, 0 as cost_tracked_revenue
    from stock_by_category

    union all

    select source, store_id, date_key, category, 0, 0, 0, 0, pairs_out, 0, 0
    from pairs_out_at_opening

    union all

    select source, store_id, date_key, category, 0, 0, 0, 0, 0, cogs_amount, cost_tracked_revenue
    from goods_sold_from_stock

),

inventory_summed as (

    select
        source,
        store_id,
        date_key,
        category,
        sum(parts.closing_value) as closing_value,
        sum(parts.cogs_amount) as cogs_amount,
        sum(parts.cost_tracked_revenue) as cost_tracked_revenue,
        sum(parts.open_minutes) as open_minutes,
        sum(parts.out_of_stock_minutes) as out_of_stock_minutes,
        sum(parts.offered_pairs) as offered_pairs,
        sum(parts.offered_pairs) - sum(parts.pairs_out) as offered_pairs_in_stock
    from stock_and_sales as parts
    group by source, store_id, date_key, category

)

select
    -- ids
    date_key,
    source,
    cast(store_id as LowCardinality(String)) as store_id,
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
