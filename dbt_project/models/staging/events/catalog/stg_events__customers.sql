with source as (

    select * from {{ ref('stg_events__catalog_messages') }}
    where verdict = 'stands' and event_type = 'customer'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(customer_id) as customer_id,
        home_store_id,

        -- strings
        customer_name,
        email,
        city,
        country,

        -- dates
        joined_date,

        -- timestamps
        assumeNotNull(valid_from) as valid_from,
        event_time as said_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
