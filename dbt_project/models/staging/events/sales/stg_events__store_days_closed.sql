with source as (

    select * from {{ ref('stg_events__sales_messages') }}
    where verdict = 'stands' and event_type = 'store_day_closed'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        store_id,

        -- strings
        assumeNotNull(currency) as currency,

        -- numerics
        assumeNotNull(ticket_count) as ticket_count,
        assumeNotNull(net_total) as net_total,

        -- dates and timestamps
        business_date,
        event_time as closed_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
