-- Per location and day, and per location and product, the days of stock and the movements since tracking began agree,
-- all kinds together and sales alone.
with movements as (

    select source, store_id, product_id, date_key, units, if(movement_type = 'sale', units, 0) as sold
    from {{ ref('fact_inventory_movements') }}
    inner join {{ ref('int_stock_pairs_tracked') }} as pairs using (source, store_id, product_id)
    where date_key >= tracked_from
        and (source, store_id, date_key) in (select source, store_id, date_key from {{ ref('int_store_days_opened') }})

),

changes as (

    select source, store_id, product_id, date_key, units, sold, 0 as day_units, 0 as day_sold from movements
    union all
    select source, store_id, product_id, date_key, 0, 0, closing_units - opening_units, sold_units
    from {{ ref('fact_inventory') }}

)

select source, store_id, product_id, date_key, sum(units), sum(day_units), sum(sold), sum(day_sold)
from changes
group by grouping sets ((source, store_id, date_key), (source, store_id, product_id))
having sum(units) != sum(day_units) or sum(sold) != sum(day_sold)
