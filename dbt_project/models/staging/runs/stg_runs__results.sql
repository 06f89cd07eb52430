with source as (

    select * from {{ source('runs', 'dbt_results') }}

),

renamed as (

    select
        -- ids
        invocation_id,
        unique_id,

        -- strings
        name,
        kind,
        layer,
        materialized,
        status,
        message,

        -- numerics
        seconds,
        failures,
        row_count,

        -- dates and timestamps
        started_at

    from source

)

select * from renamed
