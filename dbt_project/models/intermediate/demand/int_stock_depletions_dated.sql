{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'depleted_at']) }}

with spells as (

    select source, store_id, product_id, date_key, spell.1 as started_at
    from {{ ref('fact_inventory') }}
    array join out_of_stock_spells as spell
    where is_ranged

),

sales as (

    select source, store_id, product_id, date_key, moved_at, sum(-movements.units) as units
    from {{ ref('fact_inventory_movements') }} as movements
    where movement_type = 'sale'
        and (source, store_id, product_id, date_key) in (select source, store_id, product_id, date_key from spells)
    group by source, store_id, product_id, date_key, moved_at

),

stock_depletions_dated as (

    select
        sales.source as source, sales.store_id as store_id, sales.product_id as product_id, sales.date_key as date_key,
        moved_at as depleted_at, sales.units as units
    from sales
    inner join spells
        on sales.source = spells.source and sales.store_id = spells.store_id and sales.product_id = spells.product_id
        and sales.date_key = spells.date_key and sales.moved_at = spells.started_at

)

select * from stock_depletions_dated
