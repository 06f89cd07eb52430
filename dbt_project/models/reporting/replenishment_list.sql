{{ config(tags=['estimated', 'predicted']) }}

with replenishment as (

    select * from {{ ref('mart_replenishment') }}

),

stores as (

    select source, store_id, store_name, store_type from {{ ref('dim_store') }} where is_current

),

products as (

    select source, product_id, product_name from {{ ref('dim_product') }} where is_current

),

suppliers as (

    select source, supplier_id as supply_source_id, supplier_name from {{ ref('dim_supplier') }} where is_current

)

select
    -- ids
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(concat(source, '|', product_id) as String) as item,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,
    cast(supply_source_id as String) as supplier_id,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,
    cast(ifNull(store_type, 'store') as String) as store_type,
    cast(ifNull(product_name, product_id) as String) as product_name,
    cast(category as String) as category,
    cast(ifNull(supplier_name, supply_source_id) as String) as supplier_name,
    cast(abc_class as String) as abc_class,
    cast(estimated_demand_class as String) as estimated_demand_class,
    cast(currency as String) as currency,
    cast(capped_by as String) as capped_by,
    cast(like_product_id as String) as like_product_id,
    cast(policy as String) as policy,
    cast(policy_driver as String) as policy_driver,
    reason,

    -- stock
    on_hand_units,
    on_order_units,
    in_transit_units,
    position_units,

    -- what is wanted
    estimated_units_per_day,
    cast(forecast_model as String) as forecast_model,
    cast(ifNull(estimated_days_of_cover, 0) as Float64) as estimated_days_of_cover,
    cast(ifNull(estimated_days_of_cover_with_orders, 0) as Float64) as estimated_days_of_cover_with_orders,
    service_level,
    lead_time_days,
    estimated_safety_stock_units,
    estimated_reorder_point_units,
    estimated_order_up_to_units,

    -- what to order
    pack_units,
    suggested_packs,
    pulled_forward_packs,
    suggested_units,
    cast(round(ifNull(suggested_amount, 0), 2) as Decimal(18, 2)) as suggested_amount,
    cast(round(supplier_order_amount, 2) as Decimal(18, 2)) as supplier_order_amount,
    cast(round(supplier_minimum_value, 2) as Decimal(18, 2)) as supplier_minimum_value,

    -- what it costs to wait
    cast(round(estimated_uncovered_units, 3) as Decimal(18, 3)) as estimated_uncovered_units,
    cast(round(ifNull(estimated_money_at_risk, 0), 2) as Decimal(18, 2)) as estimated_money_at_risk,

    -- booleans, of the columns as the mart has them: a bare name is the column above, which is never NULL
    is_history_insufficient,
    is_below_reorder_point,
    is_minimum_value_missed,
    cast(isNotNull(replenishment.estimated_days_of_cover) as Bool) as has_expected_demand,
    cast(isNotNull(replenishment.estimated_money_at_risk) as Bool) as is_margin_tracked,
    cast(isNotNull(replenishment.estimated_stock_out_date) as Bool) as is_stock_out_expected,

    -- dates
    cast(order_date as Date) as order_date,
    cast(estimated_delivery_date as Date) as estimated_delivery_date,
    -- No NULL for BI tools: where no stock-out is in sight, the last day that was looked at.
    cast(ifNull(estimated_stock_out_date, addDays(stock_date, {{ horizon_days() }})) as Date)
        as estimated_stock_out_date
from replenishment
left join stores using (source, store_id)
left join products using (source, product_id)
left join suppliers using (source, supply_source_id)
