with source as (

    select
        *,
        max(made_at) over (partition by source, business_date) as last_made_at
    from {{ source('batch', 'batch_processing_results') }}

),

-- The last run of a date counts, whole: what ranked before and ranks no more has no newer row.
last_runs as (

    select *, max(run_id) over (partition by source, business_date) as last_run_id
    from source
    where made_at = last_made_at

),

renamed as (

    select
        -- ids
        run_id,
        source,
        entity_id,

        -- strings
        report,
        currency,
        entity_name,
        measure,
        unit,

        -- numerics
        rank as rank_number,
        value as measured_value,
        comparison_value,
        comparison_rank,

        -- dates and timestamps
        business_date,
        comparison_date,
        made_at

    from last_runs
    where run_id = last_run_id
    order by made_at
    limit 1 by source, business_date, report, currency, measure, entity_id

)

select * from renamed
