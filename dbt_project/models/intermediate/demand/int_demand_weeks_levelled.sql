{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'week_start_date']) }}

with days as (

    select *, {{ iso_week_start('date_key') }} as week_start_date
    from {{ ref('int_demand_days_measured') }}
    where promotion_id = ''

),

weeks as (

    select
        days.source as source,
        days.store_id as store_id,
        days.product_id as product_id,
        week_start_date,
        min(days.category) as category,
        sum(toFloat64(days.units_sold)) as units_sold,
        max(toFloat64(days.units_sold)) as most_units_of_day,
        {{ exact_sum('(1. - days.out_of_stock_share) * demand_index') }} as exposure,
        sum(days.purchases) as purchases,
        sum(toFloat64(days.purchases) * days.purchases) as squared_purchases,
        {{ exact_sum('pow((1. - days.out_of_stock_share) * demand_index, 2)') }} as squared_exposure
    from days
    inner join {{ ref('int_demand_days_indexed') }} as indexes using (source, store_id, category, date_key)
    group by source, store_id, product_id, week_start_date

),

demand_weeks_levelled as (

    select
        source, store_id, product_id, week_start_date, category,
        weeks.units_sold as units_sold,
        weeks.most_units_of_day as most_units_of_day,
        round(weeks.exposure, 6) as exposure,
        weeks.purchases as purchases,
        weeks.squared_purchases as squared_purchases,
        round(weeks.squared_exposure, 6) as squared_exposure,
        round({{ level_of_weeks('weeks.units_sold', 'weeks.exposure') }}, 6) as units_per_day,
        round({{ exposure_of_level('weeks.units_sold', 'weeks.exposure') }}, 6) as exposure_of_level
    from weeks
    {{ windows_of_weeks() }}

)

select * from demand_weeks_levelled
