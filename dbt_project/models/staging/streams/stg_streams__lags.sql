with source as (

    select * from {{ source('streams', 'stream_lag') }}
    order by lag desc
    limit 1 by stream, topic, `partition`, seen_at

),

renamed as (

    select
        -- ids
        stream,
        topic,
        `partition` as kafka_partition,

        -- numerics
        reached_offset,
        end_offset,
        lag as lag_events,

        -- dates and timestamps
        seen_at

    from source

)

select * from renamed
