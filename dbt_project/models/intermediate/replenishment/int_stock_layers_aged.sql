{%- set ages = [30, 60, 90, 180, 365] -%}
{{ config(materialized='table', order_by=['source', 'store_id', 'product_id']) }}

-- First in, first out: what is there came last. A transfer keeps the date on which its lot first came to us; a lot that
-- nobody named is as old as the transfer. What is older than any receipt counts as the oldest.

with positions as (

    select source, store_id, product_id, date_key as stock_date, on_hand_units
    from {{ ref('int_stock_positions_taken') }}

),

movements as (

    select * from {{ ref('fact_inventory_movements') }} where movement_type in ('receipt', 'transfer_in')

),

lots as (

    select source, product_id, lot_id, min(date_key) as lot_date
    from movements
    where movement_type = 'receipt' and isNotNull(lot_id)
    group by source, product_id, lot_id

),

layers as (

    select
        source, store_id, product_id,
        dateDiff('day', if(movement_type = 'transfer_in', ifNull(lot_date, movements.date_key), movements.date_key),
            stock_date)
            as age_days,
        movements.units as units
    from movements
    inner join positions using (source, store_id, product_id)
    left join lots using (source, product_id, lot_id)

),

units_come as (

    select
        source, store_id, product_id,
        {% for age in ages %}
        sumIf(layers.units, age_days <= {{ age }}) as come_{{ age }}{{ ',' if not loop.last }}
        {% endfor %}
    from layers
    group by source, store_id, product_id

),

stock_layers_aged as (

    select
        source, store_id, product_id,
        {% for age in ages %}
        least(on_hand_units, ifNull(come_{{ age }}, 0)) as until_{{ age }},
        {% endfor %}
        until_30 as units_0_30,
        until_60 - until_30 as units_31_60,
        until_90 - until_60 as units_61_90,
        until_180 - until_90 as units_91_180,
        until_365 - until_180 as units_181_365,
        on_hand_units - until_365 as units_over_365
    from positions
    left join units_come using (source, store_id, product_id)

)

select * except ({% for age in ages %}until_{{ age }}{{ ', ' if not loop.last }}{% endfor %}) from stock_layers_aged
