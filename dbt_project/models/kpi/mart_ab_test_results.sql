{{ config(order_by=['source', 'experiment_id', 'look']) }}

with experiments as (

    select * from {{ ref('experiments') }}

),

boundaries as (

    select planned_looks as planned_weeks, look, nominal_p from {{ ref('sequential_boundaries') }}

),

units as (

    select *, if(arm = 'treatment', 1, 0) as is_treated
    from {{ ref('int_experiment_units_measured') }}

),

-- How much of the outcome a unit's own history foretells (Deng and others 2013): both arms together, so that it knows
-- nothing of the treatment.
foretold as (

    select
        experiment_id,
        look,
        avg(units.history_outcome) as mean_history,
        ifNull(
            covarPopStable(units.outcome, units.history_outcome) / nullIf(varPopStable(units.history_outcome), 0), 0
        ) as theta
    from units
    group by experiment_id, look

),

adjusted as (

    select
        units.experiment_id as experiment_id,
        units.look as look,
        units.looked_on as looked_on,
        units.is_treated as is_treated,
        units.outcome as outcome,
        units.outcome - foretold.theta * (units.history_outcome - foretold.mean_history) as adjusted_outcome
    from units
    inner join foretold on units.experiment_id = foretold.experiment_id and units.look = foretold.look

),

arms_compared as (

    select
        experiment_id,
        look,
        max(adjusted.looked_on) as looked_on,
        countIf(is_treated = 1) as treated_units,
        countIf(is_treated = 0) as control_units,
        avgIf(adjusted.outcome, is_treated = 1) as treated_mean,
        avgIf(adjusted.outcome, is_treated = 0) as control_mean,
        avgIf(adjusted.adjusted_outcome, is_treated = 1)
            - avgIf(adjusted.adjusted_outcome, is_treated = 0) as adjusted_effect,
        sqrt(
            varSampStableIf(adjusted.outcome, is_treated = 1) / treated_units
            + varSampStableIf(adjusted.outcome, is_treated = 0) / control_units
        ) as standard_error,
        sqrt(
            varSampStableIf(adjusted.adjusted_outcome, is_treated = 1) / treated_units
            + varSampStableIf(adjusted.adjusted_outcome, is_treated = 0) / control_units
        ) as adjusted_standard_error,
        tupleElement(welchTTest(adjusted.outcome, is_treated), 2) as p_value,
        tupleElement(welchTTest(adjusted.adjusted_outcome, is_treated), 2) as adjusted_p_value
    from adjusted
    group by experiment_id, look
    having treated_units > 1 and control_units > 1 and standard_error > 0

),

looks_judged as (

    select
        *,
        arms_compared.adjusted_p_value <= nominal_p as is_beyond,
        max(is_beyond) over (
            partition by experiment_id order by look rows between unbounded preceding and current row
        ) as is_decided,
        look = planned_weeks as is_last
    from arms_compared
    inner join experiments using (experiment_id)
    inner join boundaries using (planned_weeks, look)

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(experiment_id as String) as experiment_id,

    -- strings
    cast(unit as LowCardinality(String)) as unit,
    cast(metric as LowCardinality(String)) as metric,
    cast(hypothesis as String) as hypothesis,
    cast(multiIf(
        is_decided = 1, 'an effect', is_last, 'no effect found', 'goes on'
    ) as LowCardinality(String)) as verdict,

    -- counts
    cast(look as Int32) as look,
    cast(planned_weeks as Int32) as planned_weeks,
    cast(treated_units as Int64) as treated_units,
    cast(control_units as Int64) as control_units,

    -- numerics
    round(treated_mean, 6) as treated_mean,
    round(control_mean, 6) as control_mean,
    round(treated_mean - control_mean, 6) as effect,
    round(standard_error, 6) as standard_error,
    round(p_value, 9) as p_value,
    round(adjusted_effect, 6) as adjusted_effect,
    round(adjusted_standard_error, 6) as adjusted_standard_error,
    round(adjusted_p_value, 9) as adjusted_p_value,
    nominal_p,
    round(1 - pow(adjusted_standard_error / standard_error, 2), 6) as variance_saved,

    -- booleans
    cast(is_decided as Bool) as is_decided,

    -- dates
    cast(starts_on as Date32) as starts_on,
    cast(looked_on as Date32) as looked_on
from looks_judged
