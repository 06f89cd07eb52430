{%- set enough_days, price_band = 56, 1.35 -%}
{{ config(materialized='table', order_by=['source', 'store_id', 'product_id'], tags=['estimated']) }}

-- Under eight weeks of history a pair borrows: the fewer days it knows, the more it sells like its like-product.

with levels as (

    select * from {{ ref('int_demand_levels_estimated') }}

),

selling_pairs as (

    select source, store_id, product_id, stock_store_id, category from {{ ref('int_selling_pairs_stocked') }}

),

histories as (

    select source, store_id, product_id, max(days_ago) + 1 as days_known
    from {{ ref('int_demand_days_unconstrained') }}
    group by source, store_id, product_id

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

prices as (

    select source, product_id, toFloat64(regular_price) as price
    from {{ ref('int_regular_prices_versioned') }}
    inner join sources using (source)
    where store_id = '' and as_of >= valid_from and as_of < valid_to and regular_price > 0

),

products as (

    select source, product_id, ifNull(like_product_id, '') as named_product_id
    from {{ ref('dim_product') }}
    where is_current and source != ''

),

pairs as (

    select
        source, store_id, product_id, stock_store_id, price, named_product_id,
        selling_pairs.category as category,
        units_per_day,
        least(ifNull(days_known, 0), {{ enough_days }}) as days
    from selling_pairs
    left join levels using (source, store_id, product_id)
    left join histories using (source, store_id, product_id)
    left join prices using (source, product_id)
    left join products using (source, product_id)

),

-- Whom the catalogue names, else who is nearest in price.
like_products as (

    select
        newer.source as source, newer.store_id as store_id, newer.product_id as product_id,
        older.product_id as like_product_id, older.units_per_day as like_units_per_day
    from (select * from pairs where days < {{ enough_days }}) as newer
    inner join (select * from pairs where days >= {{ enough_days }} and isNotNull(units_per_day)) as older
        on newer.source = older.source and newer.store_id = older.store_id and newer.category = older.category
    where older.product_id = newer.named_product_id
        or abs(log(older.price / newer.price)) <= log({{ price_band }})
    order by older.product_id = newer.named_product_id desc, abs(log(older.price / newer.price)), older.product_id
    limit 1 by source, store_id, product_id

),

demand_levels_borrowed as (

    select
        source, store_id, product_id, stock_store_id, category,
        toUInt16(days) as days_known,
        days < {{ enough_days }} as is_history_insufficient,
        ifNull(like_product_id, '') as like_product_id,
        round(
            if(
                isNull(like_units_per_day),
                units_per_day,
                (days * ifNull(units_per_day, 0) + ({{ enough_days }} - days) * like_units_per_day) / {{ enough_days }}
            ), 6
        ) as units_per_day
    from pairs
    left join like_products using (source, store_id, product_id)
    where isNotNull(pairs.units_per_day) or isNotNull(like_units_per_day)

)

select
    source, store_id, product_id, stock_store_id, category, days_known, like_product_id,
    cast(is_history_insufficient as Bool) as is_history_insufficient,
    assumeNotNull(units_per_day) as units_per_day
from demand_levels_borrowed
