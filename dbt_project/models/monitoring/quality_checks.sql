with results as (

    select *, run_at = max(run_at) over (partition by gate) as is_last_run
    from {{ ref('stg_quality__results') }}

),

-- Of runs that began at one instant the greater is the last.
last_results as (

    select *, run_id = max(run_id) over (partition by gate) as is_last
    from results
    where is_last_run

),

checks as (

    select
        gate, suite, expectation, column_name, says, severity, is_met, checked_figures, unexpected_figures,
        observed, expected, sample, run_id, run_at,
        not is_met and severity = 'critical' as is_stopping
    from last_results
    where is_last

)

select * from checks
