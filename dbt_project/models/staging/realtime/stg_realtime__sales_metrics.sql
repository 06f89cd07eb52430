with source as (

    select * from {{ source('realtime', 'realtime_sales_metrics') }}
    -- Of two computations the one over more events counts, so that a partial one after a lost checkpoint never does.
    order by events desc, written_at desc
    limit 1 by source, store_id, category, channel, currency, window_minutes, slide_minutes, window_start

),

renamed as (

    select
        -- ids
        source,
        store_id,

        -- strings
        category,
        channel,
        currency,

        -- numerics
        window_minutes,
        slide_minutes,
        revenue,
        units,
        tickets,
        events,
        late_events,

        -- dates and timestamps
        window_start as window_starts_at,
        window_end as window_ends_at,
        written_at

    from source

)

select * from renamed
