with source as (

    select * from {{ source('realtime', 'realtime_sales_anomalies') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by written_at desc, is_withdrawn, message
    limit 1 by source, found_in, anomaly_id

),

renamed as (

    select
        -- ids
        source,
        anomaly_id,
        store_id,
        product_id,

        -- strings
        found_in,
        kind,
        category,
        message,

        -- numerics
        score,
        expected,
        observed,

        -- booleans
        is_withdrawn,

        -- dates and timestamps
        opened_at,
        ended_at,
        written_at

    from source

)

select * from renamed
