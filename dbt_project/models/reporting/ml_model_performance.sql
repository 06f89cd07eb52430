{{ config(tags=['predicted']) }}

-- Live errors only count days that are over and on which nothing kept customers from buying: what was sold on a day
-- without stock is not what was wanted.
with predictions as (

    select
        source, model, demand_class, is_champion, target_date, predicted_units, lower_units, upper_units,
        intDiv(horizon_days - 1, 7) + 1 as horizon_week,
        toFloat64(assumeNotNull(actual_units)) as actual_units
    from {{ ref('fact_ml_predictions') }}
    where is_over and not is_demand_constrained

),

errors_summed as (

    select
        source,
        model,
        demand_class,
        horizon_week,
        makeDate32(toYear(target_date), toMonth(target_date), 1) as month_start_date,
        max(predictions.is_champion) as is_champion,
        count() as observations,
        sum(abs(predicted_units - actual_units)) as absolute_error,
        sum(predicted_units - actual_units) as error,
        sum(pow(predicted_units - actual_units, 2)) as squared_error,
        countIf(actual_units between lower_units and upper_units) as covered,
        sum(predictions.actual_units) as all_actual_units
    from predictions
    group by source, model, demand_class, horizon_week, month_start_date

),

live as (

    select
        source, 'live' as evaluation, '' as run_id, model, demand_class, horizon_week,
        month_start_date as period_start_date,
        measured.1 as measure, measured.2 as numerator, measured.3 as denominator, observations, is_champion,
        true as is_latest
    from errors_summed
    array join [
        ('wape', absolute_error, all_actual_units),
        ('bias', error, all_actual_units),
        ('mean squared error', squared_error, toFloat64(observations)),
        ('coverage', toFloat64(covered), toFloat64(observations))
    ] as measured

),

backtest as (

    select
        source, 'backtest' as evaluation, run_id, model, demand_class, horizon_week, origin_date as period_start_date,
        measure, value as numerator, 1 as denominator, observations, is_champion,
        run_id = argMax(run_id, run_at) over (partition by source) as is_latest
    from {{ ref('stg_ml__model_results') }}
    where task = 'forecast'

),

performance as (

    select * from live
    union all
    select * from backtest

),

releases as (

    select *, max(releases.acted_at) over (partition by source) as last_acted_at
    from {{ ref('stg_ml__releases') }} as releases

),

serving_ids as (

    select distinct source, serving_release_id as release_id from releases where acted_at = last_acted_at

),

-- What is in a release is the same in each of its rows.
serving as (

    select distinct source, model, demand_class, serving_reason
    from releases
    inner join serving_ids using (source, release_id)

)

select
    -- ids
    cast(source as String) as source,
    cast(evaluation as String) as evaluation,
    cast(run_id as String) as run_id,
    cast(model as String) as model,
    cast(demand_class as String) as demand_class,
    cast(horizon_week as Int64) as horizon_week,
    cast(period_start_date as Date) as period_start_date,
    cast(measure as String) as measure,

    -- strings
    if(startsWith(performance.measure, 'permutation: '), replaceOne(performance.measure, 'permutation: ', ''), '')
        as feature,
    cast(ifNull(serving_reason, '') as String) as serving_reason,

    -- numerics
    cast(numerator as Float64) as numerator,
    cast(denominator as Float64) as denominator,
    {{ ratio('numerator', 'denominator') }} as value,
    cast(observations as Int64) as observations,

    -- booleans
    cast(is_champion as Bool) as is_champion,
    cast(is_latest as Bool) as is_latest,
    cast(isNotNull(serving.serving_reason) as Bool) as is_serving
from performance
left join serving using (source, model, demand_class)
