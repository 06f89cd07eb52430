with source as (

    select * from {{ source('streams', 'stream_latency') }}
    -- A minute is measured again while events of it are still landing.
    order by events desc, measured_at desc
    limit 1 by stream, topic, minute_at

),

renamed as (

    select
        -- ids
        stream,
        topic,

        -- numerics
        events,
        p50_seconds,
        p95_seconds,
        p99_seconds,

        -- dates and timestamps
        minute_at,
        measured_at

    from source

)

select * from renamed
