with source as (

    select * from {{ source('streams', 'stream_progress') }}
    -- Idle, a stream speaks again and again under the number of its next batch.
    order by finished_at desc, input_rows desc
    limit 1 by stream, run_id, batch_id

),

renamed as (

    select
        -- ids
        stream,
        run_id,
        batch_id,

        -- numerics
        input_rows,
        input_rows_per_second,
        processed_rows_per_second,
        batch_seconds,
        reading_seconds,
        planning_seconds,
        writing_seconds,
        committing_seconds,
        state_rows,
        state_bytes,
        late_rows_dropped,

        -- dates and timestamps
        watermark_at,
        finished_at

    from source

)

select * from renamed
