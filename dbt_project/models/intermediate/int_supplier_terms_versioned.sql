{{ config(materialized='table', order_by=['source', 'product_id', 'supplier_id', 'valid_from']) }}

with supplier_products as (

    select * from {{ ref('stg_events__supplier_products') }}

),

{{ versions('supplier_products', ['supplier_id', 'product_id'], [
    'pack_size', 'minimum_order_quantity', 'quoted_lead_time_days', 'unit_cost', 'currency', 'order_weekdays',
    'delivery_weekdays', 'minimum_order_value'
]) }},

supplier_terms_versioned as (

    select
        source,
        supplier_id,
        product_id,
        currency,
        ifNull(order_weekdays, '1,2,3,4,5,6,7') as order_weekdays,
        ifNull(delivery_weekdays, '1,2,3,4,5,6,7') as delivery_weekdays,
        pack_size,
        ifNull(minimum_order_quantity, 0) as minimum_order_quantity,
        quoted_lead_time_days,
        unit_cost,
        ifNull(minimum_order_value, 0) as minimum_order_value,
        valid_from,
        valid_to
    from versions

)

select * from supplier_terms_versioned
