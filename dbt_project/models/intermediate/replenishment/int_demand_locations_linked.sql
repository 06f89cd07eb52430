{{ config(materialized='table', order_by=['source', 'stock_store_id', 'product_id', 'location_id']) }}

-- Whose shelves live on whose stock: what is sold from a location's stock is demand on it, and on the depot that
-- supplies it. What is no longer in range has no demand ahead.

with stock as (

    select source, store_id as stock_store_id, product_id
    from {{ ref('int_stock_positions_taken') }}
    where is_ranged

),

assortment as (

    select source, store_id as stock_store_id, product_id, supply_source_id
    from {{ ref('dim_assortment') }}
    where is_current and is_ranged

),

locations as (

    select distinct source, store_id from {{ ref('dim_store') }} where source != ''

),

demand_locations_linked as (

    select source, stock_store_id, product_id, stock_store_id as location_id
    from stock

    union distinct

    select source, stock_store_id, product_id, supply_source_id as location_id
    from stock
    inner join assortment using (source, stock_store_id, product_id)
    where (source, supply_source_id) in (select source, store_id from locations) and supply_source_id != stock_store_id

)

select * from demand_locations_linked
