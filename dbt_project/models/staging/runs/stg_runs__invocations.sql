with source as (

    select * from {{ source('runs', 'dbt_invocations') }}

),

renamed as (

    select
        -- ids
        invocation_id,

        -- strings
        command,
        selection,
        dbt_version,

        -- numerics
        seconds,
        nodes,
        errors,
        failures,
        warnings,
        skipped,

        -- dates and timestamps
        started_at

    from source

)

select * from renamed
