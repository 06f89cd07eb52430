{%- set least_lines, assumed_days = 5, 7 -%}
{{ config(materialized='table', order_by=['source', 'store_id', 'product_id']) }}

with stock as (

    select source, store_id, product_id, date_key, is_ranged from {{ ref('int_stock_positions_taken') }}

),

assortment as (

    select source, store_id, product_id, supply_source_id, minimum_presentation_units, shelf_capacity_units
    from {{ ref('dim_assortment') }}
    where is_current

),

products as (

    select source, product_id, category, status, pack_size, shelf_life_days, last_order_date
    from {{ ref('dim_product') }}
    where is_current and source != ''

),

stores as (

    select source, store_id, store_type, closed_date
    from {{ ref('dim_store') }}
    where is_current and source != ''

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

terms as (

    select
        source, supplier_id as supply_source_id, product_id, currency as terms_currency, order_weekdays,
        pack_size as terms_pack_size, minimum_order_quantity, quoted_lead_time_days, unit_cost,
        minimum_order_value as terms_minimum_value
    from {{ ref('int_supplier_terms_versioned') }}
    inner join sources using (source)
    where as_of >= valid_from and as_of < valid_to

),

lead_times as (

    select
        source, store_id, supply_source_id,
        lead_time_days_sum / lead_time_lines as mean_days,
        sqrt(greatest(lead_time_days_squared_sum / lead_time_lines - mean_days * mean_days, 0)) as deviation_days
    from {{ ref('int_lead_times_observed') }}
    where lead_time_lines >= {{ least_lines }}

),

pairs as (

    select
        stock.source as source,
        stock.store_id as store_id,
        stock.product_id as product_id,
        stock.date_key as date_key,
        ifNull(supply_source_id, '') as supply_source_id,
        ifNull(minimum_presentation_units, 0) as minimum_presentation_units,
        shelf_capacity_units,
        stock.is_ranged as is_ranged,
        ifNull(category, 'not stated') as category,
        ifNull(status, 'active') as status,
        products.pack_size as product_pack_size,
        shelf_life_days,
        last_order_date,
        ifNull(store_type, 'store') as store_type,
        ifNull(closed_date < stock.date_key, false) as is_closed
    from stock
    left join assortment
        on stock.source = assortment.source and stock.store_id = assortment.store_id
        and stock.product_id = assortment.product_id
    left join products on stock.source = products.source and stock.product_id = products.product_id
    left join stores on stock.source = stores.source and stock.store_id = stores.store_id

),

pairs_supplied as (

    select
        *,
        multiIf(
            isNotNull(mean_days), 'observed', isNotNull(quoted_lead_time_days), 'quoted', 'assumed'
        ) as lead_time_basis,
        toFloat64(coalesce(mean_days, quoted_lead_time_days, {{ assumed_days }})) as lead_time_days,
        ifNull(deviation_days, 0) as lead_time_deviation_days,
        toFloat64(greatest(coalesce(terms_pack_size, product_pack_size, 1), 0.001)) as pack_units,
        toFloat64(ifNull(minimum_order_quantity, 0)) as minimum_order_units,
        ifNull(terms_minimum_value, 0) as minimum_order_value,
        unit_cost as order_unit_cost,
        ifNull(terms_currency, '') as currency,
        -- A depot of ours says on no paper when it takes orders; then every day is one.
        arrayMap(
            day -> toUInt8OrZero(trim(day)), splitByChar(',', ifNull(order_weekdays, '1,2,3,4,5,6,7'))
        ) as order_days,
        arrayFilter(days -> has(order_days, toDayOfWeek(addDays(date_key, days))), range(0, 15)) as days_to_orders
    from pairs
    left join terms using (source, supply_source_id, product_id)
    left join lead_times using (source, store_id, supply_source_id)

),

replenishment_terms_joined as (

    select
        source, store_id, product_id, supply_source_id, category, status, store_type, lead_time_basis, currency,
        lead_time_days, lead_time_deviation_days, pack_units, minimum_order_units, minimum_order_value, order_unit_cost,
        toFloat64(minimum_presentation_units) as minimum_presentation_units,
        toFloat64(shelf_capacity_units) as shelf_capacity_units,
        shelf_life_days,
        is_ranged, is_closed,
        date_key as stock_date,
        last_order_date,
        addDays(date_key, days_to_orders[1]) as order_date,
        -- What is not ordered at the next chance waits for the one after.
        toInt32(days_to_orders[2]) as review_days,
        arraySort(arrayDistinct(order_days)) as order_weekdays,
        toInt32(ceil(lead_time_days)) as whole_lead_time_days,
        addDays(order_date, whole_lead_time_days) as delivery_date,
        toInt32(dateDiff('day', date_key, delivery_date)) as days_to_delivery,
        -- What comes can be sold from the day it comes, so the order after next need not last that day.
        toInt64(greatest(whole_lead_time_days + review_days - 1, 1)) as protection_days
    from pairs_supplied

)

select * from replenishment_terms_joined
