select
    -- ids
    cast(source as String) as source,
    cast(experiment_id as String) as experiment_id,

    -- strings
    cast(unit as String) as unit,
    cast(metric as String) as metric,
    cast(hypothesis as String) as hypothesis,
    cast(verdict as String) as verdict,

    -- counts
    cast(look as Int64) as look,
    cast(planned_weeks as Int64) as planned_weeks,
    cast(treated_units as Int64) as treated_units,
    cast(control_units as Int64) as control_units,

    -- numerics
    cast(control_mean as Float64) as control_mean,
    cast(effect as Float64) as effect,
    cast(p_value as Float64) as p_value,
    cast(adjusted_effect as Float64) as adjusted_effect,
    cast(adjusted_standard_error as Float64) as adjusted_standard_error,
    cast(adjusted_p_value as Float64) as adjusted_p_value,
    cast(nominal_p as Float64) as nominal_p,
    {{ ratio('adjusted_effect', 'control_mean') }} as relative_effect,
    cast(variance_saved as Float64) as variance_saved,

    -- flags, 1 or 0
    cast(is_decided as Int64) as is_decided,
    cast(look = max(look) over (partition by experiment_id) as Int64) as is_last_look,

    -- dates
    cast(starts_on as Date) as starts_on,
    cast(looked_on as Date) as looked_on
from {{ ref('mart_ab_test_results') }}
