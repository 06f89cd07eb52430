{{ config(materialized='table', order_by=['source', 'store_id', 'product_id']) }}

with tracked as (

    select * from {{ ref('int_stock_pairs_tracked') }}

),

depots as (

    select distinct source, store_id from {{ ref('dim_store') }} where store_type = 'dc'

),

categories as (

    select source, product_id, category
    from {{ ref('dim_product') }}
    where source != ''
    order by is_current desc, valid_from desc
    limit 1 by source, product_id

),

-- A shop that sells from somebody else's stock, such as the web shop from the depot's.
sold_from_elsewhere as (

    select distinct source, store_id, product_id, assumeNotNull(fulfilment_location_id) as stock_store_id
    from {{ ref('fact_sales') }}
    where line_type = 'merchandise' and isNotNull(fulfilment_location_id) and fulfilment_location_id != store_id

),

pairs as (

    select source, store_id, product_id, store_id as stock_store_id
    from tracked
    where (source, store_id) not in (select source, store_id from depots)

    union all

    select source, store_id, product_id, stock_store_id
    from sold_from_elsewhere
    where (source, stock_store_id, product_id) in (select source, store_id, product_id from tracked)
        and (source, store_id, product_id) not in (select source, store_id, product_id from tracked)

),

selling_pairs_stocked as (

    select
        {{ surrogate_key(['pairs.source', 'store_id', 'pairs.product_id']) }} as pair_key,
        pairs.source as source, store_id, pairs.product_id as product_id, stock_store_id,
        ifNull(category, 'not stated') as category
    from pairs
    left join categories on pairs.source = categories.source and pairs.product_id = categories.product_id
    order by stock_store_id
    limit 1 by source, store_id, product_id

)

select * from selling_pairs_stocked
