{{ config(tags=['estimated', 'predicted']) }}

with projected as (

    select * from {{ ref('mart_stock_projected') }}

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
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,
    cast(ifNull(product_name, product_id) as String) as product_name,
    cast(ifNull(category, 'not stated') as String) as category,

    -- dates
    cast(date_key as Date) as date_key,

    -- numerics
    estimated_opening_units,
    estimated_wanted_units,
    expected_arrival_units,
    estimated_closing_units,
    estimated_short_units,
    estimated_short_units_with_proposal,
    cast(round(ifNull(projected.estimated_closing_value, 0), 2) as Decimal(18, 2)) as estimated_closing_value,

    -- booleans
    is_predicted
from projected
left join stores using (source, store_id)
left join products using (source, product_id)
