{{ config(tags=['live']) }}

with anomalies as (

    select * from {{ ref('stg_realtime__sales_anomalies') }}
    where found_in = 'live' and not is_withdrawn

),

stores as (

    select source, store_id, store_name from {{ ref('dim_store') }} where is_current

),

products as (

    select source, product_id, product_name, category as product_category from {{ ref('dim_product') }} where is_current

)

select
    -- ids
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(concat(source, '|', product_id) as String) as item,
    cast(anomaly_id as String) as anomaly_id,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,
    cast(ifNull(product_name, product_id) as String) as product_name,
    cast(if(product_id = '', category, ifNull(product_category, 'not stated')) as String) as category,
    cast(kind as String) as kind,
    cast(message as String) as message,

    -- numerics
    cast(score as Float64) as score,
    cast(expected as Float64) as estimated_usual,
    cast(observed as Float64) as observed,

    -- booleans
    cast(isNull(anomalies.ended_at) as Bool) as is_open,

    -- timestamps
    cast(opened_at as DateTime('UTC')) as opened_at,
    cast(ifNull(anomalies.ended_at, anomalies.opened_at) as DateTime('UTC')) as ended_at,
    cast(written_at as DateTime('UTC')) as changed_at
from anomalies
left join stores using (source, store_id)
left join products using (source, product_id)
