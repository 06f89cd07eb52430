{%- set window_days = 56 -%}
{{ config(materialized='table', order_by=['source', 'store_id', 'product_id'], tags=['estimated']) }}

with weekdays as (

    select
        source, store_id, product_id, category, toDayOfWeek(date_key) as weekday,
        count() as offered_days,
        countIf(is_promoted) as promoted_days,
        sumIf(estimated_units, not is_promoted) as usual_units,
        sum(estimated_base_units) as base_units
    from {{ ref('int_demand_days_unconstrained') }}
    where days_ago < {{ window_days }}
    group by source, store_id, product_id, category, weekday

),

factors as (

    select * from {{ ref('int_weekday_factors_estimated') }}

),

pairs as (

    select
        source, store_id, product_id,
        min(weekdays.category) as category,
        sum(weekdays.offered_days) as offered_days,
        sum(weekdays.promoted_days) as promoted_days,
        sum(weekdays.usual_units) as usual_units,
        sum((weekdays.offered_days - weekdays.promoted_days) * toDecimal64(factor, 6)) as usual_exposure,
        sum(weekdays.base_units) as base_units,
        sum(weekdays.offered_days * toDecimal64(factor, 6)) as exposure
    from weekdays
    inner join factors using (source, store_id, category, weekday)
    group by source, store_id, product_id

),

-- Where nearly every day was promoted, what promotions left of them once their uplift is taken off has to do.
demand_levels_estimated as (

    select
        source, store_id, product_id, category, offered_days, promoted_days,
        usual_exposure >= 7 or usual_exposure = exposure as is_unpromoted,
        round(
            toFloat64(if(is_unpromoted, usual_units, base_units))
            / greatest(toFloat64(if(is_unpromoted, usual_exposure, exposure)), 0.000001), 6
        ) as units_per_day
    from pairs

)

select * from demand_levels_estimated
