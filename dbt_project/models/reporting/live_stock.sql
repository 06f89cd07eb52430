{{ config(tags=['live']) }}

with stock as (

    select * from {{ ref('stg_realtime__stock') }}

),

stores as (

    select source, store_id, store_name from {{ ref('dim_store') }} where is_current

),

products as (

    select source, product_id, product_name, category from {{ ref('dim_product') }} where is_current

)

select
    -- ids
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(concat(source, '|', product_id) as String) as item,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,
    cast(ifNull(product_name, product_id) as String) as product_name,
    cast(ifNull(category, 'not stated') as String) as category,

    -- numerics: what nothing leaves of lasts for ever, so its cover is not stated
    cast(units_on_hand as Decimal(18, 3)) as units_on_hand,
    cast(units_on_order as Decimal(18, 3)) as units_on_order,
    cast(estimated_units_per_day as Float64) as estimated_units_per_day,
    cast(ifNull(stock.estimated_days_of_cover, -1) as Float64) as estimated_days_of_cover,
    cast(ifNull(stock.estimated_turnover, 0) as Float64) as estimated_turnover,

    -- booleans
    cast(units_on_hand <= 0 as Bool) as is_out_of_stock,
    cast(isNotNull(stock.estimated_days_of_cover) as Bool) as is_cover_known,

    -- timestamps
    cast(moved_at as DateTime('UTC')) as moved_at,
    cast(evaluated_at as DateTime('UTC')) as judged_at
from stock
left join stores using (source, store_id)
left join products using (source, product_id)
