{{ config(materialized='table', order_by=['source', 'store_id', 'product_id']) }}

with last_days as (

    select source, store_id, max(date_key) as date_key
    from {{ ref('int_store_days_opened') }}
    group by source, store_id

),

stock as (

    select
        source, store_id, product_id, date_key, closing_units, closing_value, unit_cost,
        on_order_units, in_transit_units, is_ranged
    from {{ ref('fact_inventory') }}
    -- The scalar prunes months; the set picks each location's own last day.
    where date_key >= (select min(last_days.date_key) from last_days)
        and (source, store_id, date_key) in (select source, store_id, date_key from last_days)

),

-- Whether forgotten orders will come nobody knows: no shelf is planned on them.
orders_forgotten as (

    select source, store_id, product_id, sum(open_units) as forgotten_units
    from {{ ref('fact_purchase_order_lines') }}
    where is_ghost_candidate
    group by source, store_id, product_id

),

stock_positions_taken as (

    select
        source, store_id, product_id, date_key,
        stock.closing_units as book_units,
        stock.closing_value as book_value,
        unit_cost,
        greatest(book_units, 0) as on_hand_units,
        least(ifNull(orders_forgotten.forgotten_units, 0), stock.on_order_units) as forgotten_units,
        stock.on_order_units - forgotten_units as on_order_units,
        in_transit_units,
        on_hand_units + on_order_units + in_transit_units as position_units,
        is_ranged
    from stock
    left join orders_forgotten using (source, store_id, product_id)

)

select * from stock_positions_taken
