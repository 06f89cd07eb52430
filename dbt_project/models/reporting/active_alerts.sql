{{ config(tags=['live']) }}

with alerts as (

    select * from {{ ref('stg_realtime__inventory_alerts') }}
    where isNull(resolved_at)

),

-- How far event time has come; no clock is asked.
judged as (

    select source, max(evaluated_at) as evaluated_at
    from {{ ref('stg_realtime__stock') }}
    group by source

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
    cast(acknowledged_by as String) as acknowledged_by,

    -- numerics
    cast(units_on_hand as Decimal(18, 3)) as units_on_hand,
    cast(threshold_units as Decimal(18, 3)) as threshold_units,
    cast(round(estimated_money_at_risk, 2) as Decimal(18, 2)) as estimated_money_at_risk,
    cast(greatest(dateDiff('minute', opened_at, ifNull(evaluated_at, opened_at)), 0) as Int64) as open_minutes,

    -- booleans
    cast(isNotNull(acknowledged_at) as Bool) as is_acknowledged,

    -- timestamps
    cast(opened_at as DateTime('UTC')) as opened_at,
    cast(written_at as DateTime('UTC')) as changed_at
from alerts
left join judged using (source)
left join stores using (source, store_id)
left join products using (source, product_id)
