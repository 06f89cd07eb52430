with source as (

    select * from {{ ref('stg_events__catalog_messages') }}
    where verdict = 'stands' and event_type = 'exchange_rate'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(currency_from) as currency_from,
        assumeNotNull(currency_to) as currency_to,

        -- numerics
        assumeNotNull(rate) as rate,

        -- timestamps
        assumeNotNull(valid_from) as valid_from,
        event_time as said_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
