with source as (

    select * from {{ ref('stg_events__catalog_messages') }}
    where verdict = 'stands' and event_type = 'price'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(product_id) as product_id,
        location_id,

        -- strings
        assumeNotNull(currency) as currency,

        -- numerics
        assumeNotNull(regular_price) as regular_price,

        -- timestamps
        assumeNotNull(valid_from) as valid_from,
        event_time as said_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
