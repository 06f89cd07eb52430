{{ config(
    materialized='table',
    order_by=['source', 'store_id', 'product_id', 'date_key'],
    partition_by='toYYYYMM(date_key)'
) }}

with stock as (

    select source, store_id as stock_store_id, product_id, date_key
    from {{ ref('fact_inventory') }}
    where is_ranged

),

pairs as (

    select * from {{ ref('int_selling_pairs_stocked') }}

),

store_days as (

    select source, store_id, date_key, is_over
    from {{ ref('int_store_days_opened') }}
    where is_open

),

sales as (

    select
        {{ pair_key('lines') }} as pair_key, date_key, sum(lines.quantity) as units_sold, count() as purchases
    from {{ ref('fact_sales') }} as lines
    where event_type = 'sale' and line_type = 'merchandise'
    group by pair_key, date_key

),

stock_outs as (

    select {{ pair_key() }} as pair_key, date_key, out_of_stock_share from {{ ref('int_stock_out_days_shared') }}

),

promotions as (

    select {{ pair_key() }} as pair_key, date_key, promotion_id from {{ ref('int_promotion_days_known') }}

),

-- Days without sales are days of demand too: there was none, or nothing to sell.
days_offered as (

    select
        {{ pair_key('pairs') }} as pair_key,
        pairs.source as source,
        pairs.store_id as store_id,
        pairs.product_id as product_id,
        pairs.category as category,
        stock.date_key as date_key,
        is_over
    from stock
    inner join pairs using (source, stock_store_id, product_id)
    inner join store_days on pairs.source = store_days.source and pairs.store_id = store_days.store_id
        and stock.date_key = store_days.date_key

),

demand_days_measured as (

    select
        source, store_id, product_id, days_offered.category as category, date_key, is_over,
        cast(ifNull(sales.units_sold, 0) as Decimal(18, 3)) as units_sold,
        toUInt32(ifNull(sales.purchases, 0)) as purchases,
        toFloat32(ifNull(out_of_stock_share, 0)) as out_of_stock_share,
        ifNull(promotion_id, '') as promotion_id
    from days_offered
    left join sales using (pair_key, date_key)
    left join stock_outs using (pair_key, date_key)
    left join promotions using (pair_key, date_key)

)

select * from demand_days_measured
