with source as (

    select * from {{ source('quality', 'publication') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by checked_at desc, run_id desc
    limit 1 by source

),

renamed as (

    select
        -- ids
        run_id,
        source,

        -- strings
        status,
        reason,

        -- dates and timestamps
        as_of,
        since as status_since,
        checked_at

    from source

)

select * from renamed
