{{ config(tags=['estimated', 'predicted']) }}

with replenishment as (

    select * from {{ ref('mart_replenishment') }} where suggested_packs > 0

),

stores as (

    select source, store_id, store_name from {{ ref('dim_store') }} where is_current

),

suppliers as (

    select source, supplier_id as supply_source_id, supplier_name from {{ ref('dim_supplier') }} where is_current

),

orders_grouped as (

    select
        source, store_id, supply_source_id, order_date, estimated_delivery_date,
        max(replenishment.currency) as currency,
        count() as line_count,
        countIf(pulled_forward_packs > 0) as pulled_forward_lines,
        sum(replenishment.suggested_units) as suggested_units,
        sum(ifNull(replenishment.suggested_amount, 0)) as suggested_amount,
        max(replenishment.supplier_minimum_value) as supplier_minimum_value,
        sum(ifNull(replenishment.estimated_money_at_risk, 0)) as estimated_money_at_risk,
        max(replenishment.is_minimum_value_missed) as is_minimum_value_missed
    from replenishment
    group by source, store_id, supply_source_id, order_date, estimated_delivery_date

)

select
    -- ids
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(supply_source_id as String) as supplier_id,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,
    cast(ifNull(supplier_name, supply_source_id) as String) as supplier_name,
    cast(currency as String) as currency,

    -- numerics
    cast(line_count as Int64) as line_count,
    cast(pulled_forward_lines as Int64) as pulled_forward_lines,
    cast(suggested_units as Decimal(18, 3)) as suggested_units,
    cast(round(suggested_amount, 2) as Decimal(18, 2)) as suggested_amount,
    cast(round(supplier_minimum_value, 2) as Decimal(18, 2)) as supplier_minimum_value,
    cast(round(estimated_money_at_risk, 2) as Decimal(18, 2)) as estimated_money_at_risk,

    -- booleans
    cast(is_minimum_value_missed as Bool) as is_minimum_value_missed,

    -- dates
    cast(order_date as Date) as order_date,
    cast(estimated_delivery_date as Date) as estimated_delivery_date
from orders_grouped
left join stores using (source, store_id)
left join suppliers using (source, supply_source_id)
