{{ config(materialized='table', order_by=['source', 'product_id', 'valid_from']) }}

with supplier_products as (

    select * from {{ ref('stg_events__supplier_products') }}

),

{{ versions('supplier_products', ['product_id'], ['supplier_id', 'unit_cost', 'currency']) }},

costs_versioned as (

    select
        {{ surrogate_key(['source', 'product_id', 'valid_from', 'unit_cost', 'currency']) }} as cost_key,
        source,
        product_id,
        supplier_id,
        currency,
        unit_cost,
        valid_from,
        valid_to
    from versions

)

select * from costs_versioned
