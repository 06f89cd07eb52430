with source as (

    select * from {{ source('quality', 'quality_results') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by run_at desc
    limit 1 by gate, run_id, suite, expectation, column, severity

),

renamed as (

    select
        -- ids
        run_id,

        -- strings
        gate,
        suite,
        expectation,
        column as column_name,
        says,
        severity,
        observed,
        expected,
        sample,

        -- numerics
        checked as checked_figures,
        unexpected as unexpected_figures,

        -- booleans
        success as is_met,

        -- dates and timestamps
        batch_from,
        batch_to,
        run_at

    from source

)

select * from renamed
