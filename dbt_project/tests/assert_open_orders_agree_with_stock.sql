-- For each tracked pair, what order lines say is still to come from suppliers is what stock says is on order. What
-- depots of ours send is left out: a transfer may carry more or less than a line asked for.
with open_lines as (

    select source, store_id, product_id, sum(open_units) as open_units
    from {{ ref('fact_purchase_order_lines') }}
    group by source, store_id, product_id
    having countIf(is_from_own_depot) = 0

),

stock as (

    select source, store_id, product_id, argMax(on_order_units, date_key) as on_order_units
    from {{ ref('fact_inventory') }}
    group by source, store_id, product_id

)

select source, store_id, product_id, open_units, on_order_units
from open_lines
inner join stock using (source, store_id, product_id)
where open_units != on_order_units
