{%- set ages = ['0_30', '31_60', '61_90', '91_180', '181_365', 'over_365'] -%}
{{ config(tags=['estimated', 'predicted']) }}

with health as (

    select * from {{ ref('mart_inventory_health') }}

),

stores as (

    select source, store_id, store_name from {{ ref('dim_store') }} where is_current

),

products as (

    select source, product_id, product_name from {{ ref('dim_product') }} where is_current

),

classes as (

    select source, store_id, product_id, estimated_xyz_class from {{ ref('mart_demand_classes') }}

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
    cast(category as String) as category,
    cast(abc_class as String) as abc_class,
    cast(estimated_demand_class as String) as estimated_demand_class,
    cast(ifNull(estimated_xyz_class, 'too short') as String) as estimated_xyz_class,
    cast(estimated_status as String) as estimated_status,

    -- stock now
    on_hand_units,
    cast(ifNull(on_hand_value, 0) as Decimal(18, 4)) as on_hand_value,
    cast(ifNull(position_units * unit_cost, 0) as Decimal(18, 4)) as position_value,
    cast(ifNull(estimated_days_of_cover, 0) as Float64) as estimated_days_of_cover,

    -- turnover and GMROI: add the terms up, then divide
    cast(round(stock_value_days, 2) as Decimal(18, 2)) as stock_value_days,
    cast(stock_days as Int64) as stock_days,
    cast(round(cogs_amount, 2) as Decimal(18, 2)) as cogs_amount,
    cast(round(cost_tracked_revenue, 2) as Decimal(18, 2)) as cost_tracked_revenue,
    cast(round(cost_tracked_revenue - cogs_amount, 2) as Decimal(18, 2)) as gross_margin,
    {{ ratio('toFloat64(cogs_amount) * 365', 'stock_value_days') }} as inventory_turnover,
    {{ ratio('toFloat64(cost_tracked_revenue - cogs_amount) * 365', 'stock_value_days') }} as gmroi,

    -- sell-through
    sell_through_sold_units,
    sell_through_offered_units,
    {{ ratio('sell_through_sold_units', 'sell_through_offered_units') }} as sell_through,

    -- how old it is
    {% for age in ages %}
    estimated_units_{{ age }}_days,
    {% endfor %}
    {% for age in ages %}
    cast(ifNull(estimated_value_{{ age }}_days, 0) as Decimal(18, 4)) as estimated_value_{{ age }}_days,
    {% endfor %}

    -- too much of it
    estimated_excess_units,
    cast(ifNull(estimated_excess_value, 0) as Decimal(18, 4)) as estimated_excess_value,
    cast(if(is_dead, ifNull(on_hand_value, 0), 0) as Decimal(18, 4)) as dead_value,

    -- booleans, of the columns as the mart has them: a bare name is the column above, which is never NULL
    is_ranged,
    is_dead,
    cast(isNotNull(health.unit_cost) as Bool) as is_cost_tracked,
    cast(isNotNull(health.estimated_days_of_cover) as Bool) as has_expected_demand,
    cast(isNotNull(health.last_sale_date) as Bool) as has_been_sold,
    cast(isNotNull(health.last_receipt_date) as Bool) as has_been_received,

    -- dates; where there is none, the day of the stock
    cast(stock_date as Date) as stock_date,
    cast(ifNull(last_sale_date, stock_date) as Date) as last_sale_date,
    cast(ifNull(last_receipt_date, stock_date) as Date) as last_receipt_date
from health
left join stores using (source, store_id)
left join products using (source, product_id)
left join classes using (source, store_id, product_id)
