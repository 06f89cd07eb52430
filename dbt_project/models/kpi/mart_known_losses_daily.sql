{{ config(order_by=['source', 'store_id', 'date_key', 'product_id', 'loss_type']) }}

with movements as (

    select
        source, store_id, product_id, date_key, store_key, product_key,
        movement_type as loss_type, -units as lost_units, unit_cost, ifNull(-cost_amount, 0) as loss_amount
    from {{ ref('fact_inventory_movements') }}
    where movement_type in ('damage', 'expired', 'theft_report', 'own_use')

),

stores as (

    select source as store_source, store_id as known_store_id, store_key as goods_store_key, valid_from as store_from
    from {{ ref('dim_store') }}

),

-- What comes back and is not put on the shelf again: no stock moved, yet the cost is lost, where the goods are.
sales_returned as (

    select
        source,
        ifNull(fulfilment_location_id, store_id) as goods_store_id,
        product_id,
        date_key,
        product_key,
        sold_at,
        concat('returned_', ifNull(return_disposition, 'not_stated')) as loss_type,
        -quantity as lost_units,
        unit_cost
    from {{ ref('fact_sales') }}
    where event_type = 'return' and line_type = 'merchandise' and ifNull(return_disposition != 'resell', true)

),

losses as (

    select * from movements

    union all

    select
        source, goods_store_id, product_id, date_key, ifNull(goods_store_key, 0), product_key,
        loss_type, lost_units, unit_cost, ifNull(round(toDecimal128(lost_units, 3) * unit_cost, 4), 0)
    from sales_returned
    asof left join stores on source = store_source and goods_store_id = known_store_id and sold_at >= store_from

),

losses_summed as (

    select
        source, store_id, product_id, date_key, store_key, product_key, loss_type,
        count() as bookings,
        sum(losses.lost_units) as lost_units,
        sumIf(losses.lost_units, isNull(unit_cost)) as cost_unknown_units,
        sum(losses.loss_amount) as loss_amount
    from losses
    group by source, store_id, product_id, date_key, store_key, product_key, loss_type

)

select
    -- keys of the dimensions
    date_key,
    store_key,
    product_key,

    -- ids
    source,
    cast(store_id as LowCardinality(String)) as store_id,
    product_id,

    -- strings
    cast(loss_type as LowCardinality(String)) as loss_type,

    -- counts
    cast(bookings as Int64) as bookings,

    -- units
    cast(lost_units as Decimal(18, 3)) as lost_units,
    cast(cost_unknown_units as Decimal(18, 3)) as cost_unknown_units,

    -- money
    cast(loss_amount as Decimal(18, 4)) as loss_amount
from losses_summed
