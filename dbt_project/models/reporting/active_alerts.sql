{{ config(tags=['live']) }}

with alerts as (

    select * from {{ ref('stg_realtime__inventory_alerts') }}
    where isNull(resolved_at)

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
    cast(alert_id as String) as alert_id,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,
    cast(ifNull(product_name, product_id) as String) as product_name,
    cast(ifNull(category, 'not stated') as String) as category,
    cast(cause as String) as cause,
    cast(severity as String) as severity,
    cast(message as String) as message,

    -- numerics
    cast(units_on_hand as Decimal(18, 3)) as units_on_hand,
    cast(threshold_units as Decimal(18, 3)) as threshold_units,
    cast(round(estimated_money_at_risk, 2) as Decimal(18, 2)) as estimated_money_at_risk,

    -- booleans
    cast(isNotNull(acknowledged_at) as Bool) as is_acknowledged,

    -- timestamps
    cast(opened_at as DateTime('UTC')) as opened_at,
    cast(written_at as DateTime('UTC')) as changed_at
from alerts
left join stores using (source, store_id)
left join products using (source, product_id)
