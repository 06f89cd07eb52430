with source as (

    select * from {{ source('runs', 'dbt_freshness') }}

),

renamed as (

    select
        -- ids
        invocation_id,
        unique_id,

        -- strings
        name,

        -- numerics
        row_count,
        greatest(dateDiff('second', last_arrived_at, started_at), 0) as age_seconds,

        -- dates and timestamps
        last_arrived_at,
        started_at

    from source

)

select * from renamed
