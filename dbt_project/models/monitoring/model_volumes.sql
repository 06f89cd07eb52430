with results as (

    select * from {{ ref('stg_runs__results') }}
    where kind = 'model' and status = 'success'

),

model_volumes as (

    select
        invocation_id,
        unique_id,
        name,
        layer,
        started_at,
        row_count,
        lagInFrame(row_count) over runs_of_model as row_count_before,
        seconds,
        lagInFrame(toNullable(seconds)) over runs_of_model as seconds_before,
        row_number() over (partition by unique_id order by started_at desc, invocation_id desc) = 1 as is_latest,
        ifNull(row_count < row_count_before / 2 and row_count_before > 100, false) as is_anomalous
    from results
    window runs_of_model as (
        partition by unique_id order by started_at, invocation_id
        rows between unbounded preceding and unbounded following
    )

)

select * from model_volumes
