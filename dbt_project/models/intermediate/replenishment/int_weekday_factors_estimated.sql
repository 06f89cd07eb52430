{%- set window_days, prior_units = 182, 20 -%}
{{ config(materialized='table', order_by=['source', 'store_id', 'category', 'weekday'], tags=['estimated']) }}

-- A thin category has the week of its store. A weekday on which nothing was offered has no row: the store is closed.

with weekdays as (

    select
        source, store_id, category, toDayOfWeek(date_key) as weekday,
        toFloat64(sum(estimated_units)) as units,
        count() as offered_days
    from {{ ref('int_demand_days_unconstrained') }}
    where days_ago < {{ window_days }} and not is_promoted
    group by source, store_id, category, weekday

),

stores as (

    select
        source, store_id, weekday,
        if(
            sum(store_units) over week > 0,
            store_units / store_days / (sum(store_units) over week / sum(store_days) over week),
            1.
        ) as store_factor
    from (
        select source, store_id, weekday, sum(weekdays.units) as store_units, sum(weekdays.offered_days) as store_days
        from weekdays
        group by source, store_id, weekday
    )
    window week as (partition by source, store_id)

),

weekday_factors_estimated as (

    select
        source, store_id, category, weekday,
        round(
            (weekdays.units + {{ prior_units }} * store_factor)
            / (offered_days * sum(weekdays.units) over week / sum(offered_days) over week + {{ prior_units }}), 6
        ) as factor
    from weekdays
    inner join stores using (source, store_id, weekday)
    window week as (partition by source, store_id, category)

)

select * from weekday_factors_estimated
