{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'week_start_date']) }}

with days as (

    select *, {{ iso_week_start('date_key') }} as week_start_date
    from {{ ref('int_demand_days_measured') }}
    where promotion_id = ''

),

weeks as (

    select
        source, store_id, product_id, week_start_date,
        min(category) as category,
        sum(toFloat64(days.units_sold)) as units_sold,
        {{ exact_sum('1. - days.out_of_stock_share') }} as days_available
    from days
    group by source, store_id, product_id, week_start_date

),

demand_weeks_measured as (

    select
        source, store_id, product_id, week_start_date, category,
        weeks.units_sold as units_sold,
        round(weeks.days_available, 6) as days_available,
        round({{ level_of_weeks('units_sold', 'days_available') }}, 6) as units_per_day
    from weeks
    {{ windows_of_weeks() }}

)

select * from demand_weeks_measured
