with source as (

    select * from {{ source('realtime', 'realtime_late_events') }}
    -- A batch that was written again says the same.
    order by batch desc
    limit 1 by source, computation, event_id

),

renamed as (

    select
        -- ids
        source,
        event_id,
        store_id,
        computation,

        -- strings
        event_type,
        category,
        channel,
        currency,

        -- numerics
        net_amount,

        -- dates and timestamps
        event_at,
        sent_at,
        window_start as minute_starts_at,
        written_at

    from source

)

select * from renamed
