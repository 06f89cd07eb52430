with source as (

    select * from {{ ref('stg_events__catalog_messages') }}
    where verdict = 'stands' and event_type = 'holiday'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(region) as region,

        -- strings
        assumeNotNull(holiday_name) as holiday_name,

        -- booleans
        assumeNotNull(is_closed) as is_closed,

        -- dates
        assumeNotNull(holiday_date) as holiday_date,

        -- timestamps
        assumeNotNull(valid_from) as valid_from,
        event_time as said_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
