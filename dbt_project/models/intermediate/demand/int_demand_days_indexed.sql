{{ config(materialized='table', order_by=['source', 'store_id', 'category', 'date_key']) }}

-- How busy a day was: sold against what the levels of the goods that were there let expect, as the store's factor times
-- the category's in the chain, so that a thin category borrows from the others.

with days as (

    select *, {{ iso_week_start('date_key') }} as week_start_date
    from {{ ref('int_demand_days_measured') }}

),

weeks as (

    select source, store_id, product_id, week_start_date, units_per_day from {{ ref('int_demand_weeks_measured') }}

),

days_summed as materialized (

    select
        days.source as source,
        days.store_id as store_id,
        days.category as category,
        days.date_key as date_key,
        sumIf(toFloat64(days.units_sold), days.promotion_id = '') as units_sold,
        {{ exact_sum('units_per_day * (1. - days.out_of_stock_share)', "days.promotion_id = ''") }} as units_expected
    from days
    inner join weeks using (source, store_id, product_id, week_start_date)
    group by source, store_id, category, date_key

),

stores_indexed as (

    select source, store_id, date_key,
        sum(days_summed.units_sold) as store_units_sold,
        {{ exact_sum('days_summed.units_expected') }} as store_units_expected,
        if(store_units_expected > 0, store_units_sold / store_units_expected, 1.) as store_index
    from days_summed
    group by source, store_id, date_key

),

categories_indexed as (

    select source, category, date_key,
        sum(days_summed.units_sold) as category_units_sold,
        {{ exact_sum('days_summed.units_expected * store_index') }} as category_units_expected,
        -- Thin days are drawn to 1.
        (category_units_sold + 2.) / (category_units_expected + 2.) as category_index
    from days_summed
    inner join stores_indexed using (source, store_id, date_key)
    group by source, category, date_key

),

demand_days_indexed as (

    select
        source, store_id, category, date_key,
        round(store_index * category_index, 6) as demand_index
    from days_summed
    inner join stores_indexed using (source, store_id, date_key)
    inner join categories_indexed using (source, category, date_key)

)

select * from demand_days_indexed
