{%- set window_days = 364 -%}
{{ config(
    materialized='table', order_by=['source', 'store_id', 'product_id', 'date_key'], tags=['estimated']
) }}

-- Joined by hashes: fifteen million days by four strings each take five times as long.

with source_days as (

    select source, last_whole_day from {{ ref('int_source_days_completed') }}

),

days_offered as (

    select
        source, store_id, product_id, category, date_key, units_sold, promotion_id,
        toUInt16(dateDiff('day', date_key, last_whole_day)) as days_ago,
        {{ surrogate_key(['source', 'store_id', 'product_id', 'date_key']) }} as pair_day_key,
        {{ surrogate_key(['source', 'promotion_id', 'product_id']) }} as promoted_key
    from {{ ref('int_demand_days_measured') }}
    inner join source_days using (source)
    where date_key <= last_whole_day and date_key > subtractDays(last_whole_day, {{ window_days }})

),

lost as (

    select
        {{ surrogate_key(['source', 'store_id', 'product_id', 'date_key']) }} as pair_day_key,
        sum(toDecimal64(ifNull(units, 0), 6)) as lost_units
    from {{ ref('int_lost_sales_estimated') }}
    group by pair_day_key

),

uplifts as (

    select
        {{ surrogate_key(['source', 'promotion_id', 'product_id']) }} as promoted_key,
        greatest(uplift, 1.) as uplift
    from {{ ref('int_promotions_uplifted') }}

),

demand_days_unconstrained as (

    select
        source, store_id, product_id, category, date_key, days_ago,
        days_offered.promotion_id != '' as is_promoted,
        cast(units_sold + ifNull(lost_units, 0) as Decimal(18, 6)) as estimated_units,
        toDecimal64(toFloat64(estimated_units) / ifNull(uplift, 1), 6) as estimated_base_units
    from days_offered
    left join lost using (pair_day_key)
    left join uplifts using (promoted_key)

)

select * from demand_days_unconstrained
