{%- set window_days = 56 -%}
{{ config(materialized='table', order_by=['source', 'store_id', 'product_id'], tags=['estimated']) }}

with days as (

    select *, toDayOfWeek(date_key) as weekday
    from {{ ref('int_demand_days_unconstrained') }}
    where days_ago < {{ window_days }}

),

factors as (

    select * from {{ ref('int_weekday_factors_estimated') }}

),

pairs as (

    select
        days.source as source,
        days.store_id as store_id,
        days.product_id as product_id,
        min(days.category) as category,
        count() as offered_days,
        countIf(is_promoted) as promoted_days,
        sumIf(estimated_units, not is_promoted) as usual_units,
        sumIf(toDecimal64(factor, 6), not is_promoted) as usual_exposure,
        sum(estimated_base_units) as base_units,
        sum(toDecimal64(factor, 6)) as exposure
    from days
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
