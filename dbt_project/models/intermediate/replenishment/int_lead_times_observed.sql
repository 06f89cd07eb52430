{%- set window_days = 180 -%}
{{ config(materialized='table', order_by=['source', 'store_id', 'supply_source_id']) }}

-- By the day of receipt: of lines placed lately, those that take long have not come yet.

with source_days as (

    select source, last_whole_day from {{ ref('int_source_days_completed') }}

),

lead_times_observed as (

    select
        source, store_id, supply_source_id,
        count() as lead_time_lines,
        sum(toInt64(lead_time_days)) as lead_time_days_sum,
        sum(toInt64(lead_time_days) * lead_time_days) as lead_time_days_squared_sum
    from {{ ref('fact_purchase_order_lines') }} as order_lines
    inner join source_days using (source)
    where first_received_date > subtractDays(last_whole_day, {{ window_days }})
        and first_received_date <= last_whole_day
    group by source, store_id, supply_source_id

)

select * from lead_times_observed
