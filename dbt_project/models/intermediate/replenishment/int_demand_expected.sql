{{ config(
    materialized='table', order_by=['source', 'store_id', 'product_id'], tags=['estimated', 'predicted']
) }}

with levels as (

    select source, store_id, product_id, category, units_per_day from {{ ref('int_demand_levels_borrowed') }}

),

factors as (

    select * from {{ ref('int_weekday_factors_estimated') }}

),

pairs as (

    select source, store_id, product_id, stock_store_id from {{ ref('int_selling_pairs_stocked') }}

),

links as (

    select * from {{ ref('int_demand_locations_linked') }}

),

days_ahead as (

    select
        source, store_id as stock_store_id,
        arrayJoin(range(1, {{ horizon_days() }} + 1)) as day_number,
        addDays(last_day, day_number) as target_date,
        toDayOfWeek(target_date) as weekday
    from (
        select source, store_id, max(date_key) as last_day
        from {{ ref('int_store_days_opened') }}
        group by source, store_id
    )

),

usual_weekdays as (

    select
        levels.source as source, stock_store_id, levels.product_id as product_id, weekday,
        sum(toDecimal64(units_per_day * factor, 6)) as units
    from levels
    inner join factors
        on levels.source = factors.source and levels.store_id = factors.store_id and levels.category = factors.category
    inner join pairs
        on levels.source = pairs.source and levels.store_id = pairs.store_id and levels.product_id = pairs.product_id
    group by source, stock_store_id, product_id, weekday

),

usual_days as (

    select source, stock_store_id, product_id, day_number, units, '' as forecast_model, false as is_predicted
    from usual_weekdays
    inner join days_ahead using (source, stock_store_id, weekday)

),

predicted_days as (

    select
        source, store_id as stock_store_id, product_id, day_number,
        toDecimal64(argMax(predicted_units, (made_date, made_at, model)), 6) as units,
        toString(argMax(model, (made_date, made_at, model))) as forecast_model,
        true as is_predicted
    from {{ ref('fact_ml_predictions') }} as predictions
    inner join days_ahead
        on predictions.source = days_ahead.source and predictions.store_id = days_ahead.stock_store_id
        and predictions.target_date = days_ahead.target_date
    where is_champion
    group by source, stock_store_id, product_id, day_number

),

-- A released model's word goes before the weekday mean.
own_days as (

    select
        source, stock_store_id, product_id, day_number,
        argMax(days.units, days.is_predicted) as units,
        argMax(days.forecast_model, days.is_predicted) as forecast_model,
        max(days.is_predicted) as is_predicted
    from (select * from usual_days union all select * from predicted_days) as days
    group by source, stock_store_id, product_id, day_number

),

demand_expected as (

    select
        own_days.source as source,
        location_id as store_id,
        own_days.product_id as product_id,
        arrayMap(
            units -> toFloat64(units),
            arrayCumSum(sumResample(1, {{ horizon_days() | int + 1 }}, 1)(own_days.units, day_number)) -- noqa: LT01
        ) as cumulated_units,
        ifNull(nullIf(arrayStringConcat(
            arrayFilter(name -> name != '', arraySort(groupUniqArray(own_days.forecast_model))), ', '
        ), ''), 'usual weekdays') as forecast_model,
        max(own_days.is_predicted) as is_predicted
    from own_days
    inner join links using (source, stock_store_id, product_id)
    group by source, store_id, product_id

)

select * from demand_expected
