{%- set window_days, most_products, fewest_tickets = 90, 30, 10 -%}
{{ config(order_by=['source', 'product_id', 'other_product_id']) }}

with source_days as (

    select * from {{ ref('int_source_days_completed') }}

),

sales as (

    select * from {{ ref('fact_sales') }}
    where event_type = 'sale' and line_type = 'merchandise'
        and date_key > (select subtractDays(min(last_whole_day), {{ window_days }}) from source_days)

),

tickets as (

    select source, store_id, date_key, transaction_id, arraySort(groupUniqArray(toString(product_id))) as products
    from sales
    inner join source_days using (source)
    where date_key > subtractDays(last_whole_day, {{ window_days }}) and date_key <= last_whole_day
    group by source, store_id, date_key, transaction_id
    having length(products) <= {{ most_products }}

),

-- A product with itself counts its tickets, '' with '' all tickets: one pass over the tickets for all four counts.
pairs_counted as (

    select source, pair.1 as product_id, pair.2 as other_product_id, count() as tickets
    from tickets
    array join arrayPushFront(
        arrayFlatten(arrayMap(
            (product, place) -> arrayMap(other -> (product, other), arraySlice(products, place)),
            products, arrayEnumerate(products)
        )),
        ('', '')
    ) as pair
    group by source, product_id, other_product_id
    having tickets >= {{ fewest_tickets }} or product_id = other_product_id

),

pairs_compared as (

    select
        *,
        product_id = other_product_id as is_single,
        sumIf(tickets, is_single) over (partition by source, product_id) as product_tickets,
        sumIf(tickets, is_single) over (partition by source, other_product_id) as other_product_tickets,
        sumIf(tickets, product_id = '') over (partition by source) as all_tickets
    from pairs_counted

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(other_product_id as LowCardinality(String)) as other_product_id,

    -- counts of tickets
    cast(tickets as Int64) as both_tickets,
    cast(product_tickets as Int64) as product_tickets,
    cast(other_product_tickets as Int64) as other_product_tickets,
    cast(all_tickets as Int64) as all_tickets,

    -- ratios
    both_tickets / all_tickets as support,
    both_tickets / product_tickets as confidence,
    both_tickets / other_product_tickets as other_confidence,
    both_tickets * all_tickets / (product_tickets * other_product_tickets) as lift
from pairs_compared
where not is_single
