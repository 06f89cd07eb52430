{{ config(tags=['estimated', 'predicted']) }}

with stores as (

    select source, store_id, store_name from {{ ref('dim_store') }} where is_current

),

products as (

    select source, product_id, product_name from {{ ref('dim_product') }} where is_current

),

listed as (

    select * from {{ ref('mart_count_list') }}

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
    cast(abc_class as String) as abc_class,

    -- numbers
    cast(count_rank as Int64) as count_rank,
    cast(on_hand_units as Decimal(18, 3)) as on_hand_units,
    cast(round(ifNull(listed.on_hand_value, 0), 2) as Decimal(18, 2)) as on_hand_value,
    cast(days_uncounted as Int64) as days_uncounted,
    cast(estimated_phantom_probability as Float64) as estimated_phantom_probability,
    cast(round(listed.estimated_value_of_count, 2) as Decimal(18, 2)) as estimated_value_of_count
from listed
left join stores using (source, store_id)
left join products using (source, product_id)
