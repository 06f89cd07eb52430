{{ config(materialized='table', order_by=['source', 'store_id', 'category']) }}

{%- set prior_units = 20 %}

with sales as (

    select source, store_id, product_id, date_key, sold_at, quantity
    from {{ ref('fact_sales') }}
    where event_type = 'sale' and line_type = 'merchandise'

),

pairs as (

    select source, store_id, product_id, category from {{ ref('int_selling_pairs_stocked') }}

),

store_days as (

    select source, store_id, date_key, starts_at from {{ ref('int_store_days_opened') }}

),

sales_by_hour as (

    select
        sales.source as source,
        sales.store_id as store_id,
        category,
        least(greatest(dateDiff('hour', starts_at, sold_at), 0), 23) as hour,
        sum(toFloat64(quantity)) as units
    from sales
    inner join pairs using (source, store_id, product_id)
    inner join store_days using (source, store_id, date_key)
    group by source, store_id, category, hour

),

hours_of_categories as materialized (

    select source, store_id, category, sumForEach(arrayMap(h -> if(h = hour, units, 0.), range(24))) as units_by_hour
    from sales_by_hour
    group by source, store_id, category

),

hours_of_stores as (

    select source, store_id, sumForEach(units_by_hour) as store_units_by_hour
    from hours_of_categories
    group by source, store_id

),

-- A category with few sales keeps the hours of its store.
hours_blended as (

    select
        source, store_id, category,
        arrayMap(
            (units, store_units) -> units + {{ prior_units }} * store_units / arraySum(store_units_by_hour),
            units_by_hour, store_units_by_hour
        ) as blended
    from hours_of_categories
    inner join hours_of_stores using (source, store_id)

),

sale_hours_profiled as (

    select
        source, store_id, category,
        arrayMap(share -> share / arraySum(blended), arrayPushFront(arrayCumSum(blended), 0.)) as share_before_hour
    from hours_blended

)

select * from sale_hours_profiled
