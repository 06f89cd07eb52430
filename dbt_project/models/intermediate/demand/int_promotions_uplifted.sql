{{ config(materialized='table', order_by=['source', 'promotion_id', 'product_id']) }}

{%- set prior_units = 10 %}

with days as (

    select *, {{ iso_week_start('date_key') }} as week_start_date
    from {{ ref('int_demand_days_measured') }}
    where promotion_id != ''

),

promotions as (

    select
        days.source as source,
        days.promotion_id as promotion_id,
        days.product_id as product_id,
        min(days.category) as category,
        sum(toFloat64(days.units_sold)) as units_sold,
        {{ exact_sum('units_per_day * demand_index * (1. - days.out_of_stock_share)') }} as base_units
    from days
    asof join {{ ref('int_demand_weeks_levelled') }} as weeks
        on days.source = weeks.source and days.store_id = weeks.store_id and days.product_id = weeks.product_id
        and days.week_start_date >= weeks.week_start_date
    inner join {{ ref('int_demand_days_indexed') }} as indexes
        on days.source = indexes.source and days.store_id = indexes.store_id and days.category = indexes.category
        and days.date_key = indexes.date_key
    group by source, promotion_id, product_id

),

categories as (

    select source, category, sum(promotions.units_sold) / greatest(sum(promotions.base_units), 1.) as category_uplift
    from promotions
    group by source, category

),

promotions_uplifted as (

    select
        source, promotion_id, product_id, category,
        round(
            (promotions.units_sold + {{ prior_units }} * category_uplift) / (promotions.base_units + {{ prior_units }}),
            6
        ) as uplift
    from promotions
    inner join categories using (source, category)

)

select * from promotions_uplifted
