{%- set weeks = 4 -%}
{%- set critical_t = 3.707428 -%} {#- Student's t at 99.5 % with 6 degrees of freedom: 2 × 4 weeks -#}
{{ config(materialized='table', order_by=['source', 'model', 'date_key'], tags=['predicted']) }}

-- The last word on each day that is over and had stock; a day's errors share its weather, so a day is one value.
with last_said as (

    select source, model, target_date, predicted_units - toFloat64(assumeNotNull(actual_units)) as error
    from {{ ref('fact_ml_predictions') }}
    where is_over and not is_demand_constrained
    order by made_date desc
    limit 1 by source, model, store_id, product_id, target_date

),

days as (

    select source, model, target_date, {{ exact_sum('error') }} / count() as mean_error
    from last_said
    group by source, model, target_date

),

last_days as (

    select source, model, max(target_date) as last_day from days group by source, model

),

-- A week is one value of the test: it has each weekday once, and days of one week are alike.
weeks_placed as (

    select
        source,
        model,
        arrayJoin(range(28)) as days_back,
        subtractDays(last_day, days_back) as date_key,
        intDiv(dateDiff('day', target_date, date_key), 7) as week,
        {{ exact_sum('days.mean_error') }} / count() as mean_error
    from days
    inner join last_days using (source, model)
    where target_date <= date_key and week < {{ 2 * weeks }}
    group by source, model, days_back, date_key, week
    having count() = 7

),

windows_summed as (

    select
        source,
        model,
        date_key,
        countIf(week < {{ weeks }}) as window_weeks,
        countIf(week >= {{ weeks }}) as reference_weeks,
        {{ exact_sum('if(week < ' ~ weeks ~ ', weeks_placed.mean_error, 0)') }} / {{ weeks }} as window_error,
        {{ exact_sum('if(week >= ' ~ weeks ~ ', weeks_placed.mean_error, 0)') }} / {{ weeks }} as reference_error,
        {{ exact_sum('if(week < ' ~ weeks ~ ', pow(weeks_placed.mean_error, 2), 0)') }} / {{ weeks }}
            - pow(window_error, 2) as window_variance,
        {{ exact_sum('if(week >= ' ~ weeks ~ ', pow(weeks_placed.mean_error, 2), 0)') }} / {{ weeks }}
            - pow(reference_error, 2) as reference_variance
    from weeks_placed
    group by source, model, date_key
    having window_weeks = {{ weeks }} and reference_weeks = {{ weeks }}

)

select
    -- ids
    source,
    cast(model as LowCardinality(String)) as model,
    cast(date_key as Date32) as date_key,

    -- numerics
    window_error,
    reference_error,
    abs(window_error - reference_error) as error_shift,
    cast({{ critical_t }} * sqrt(
        greatest(window_variance + reference_variance, 1e-12) / {{ weeks - 1 }}
    ) as Float64) as threshold,

    -- booleans
    cast(error_shift > threshold as Bool) as has_drifted
from windows_summed
