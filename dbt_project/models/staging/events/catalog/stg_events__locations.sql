with source as (

    select * from {{ ref('stg_events__catalog_messages') }}
    where verdict = 'stands' and event_type = 'location'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(location_id) as location_id,

        -- strings
        assumeNotNull(location_name) as location_name,
        assumeNotNull(location_type) as location_type,
        assumeNotNull(time_zone) as time_zone,
        assumeNotNull(currency) as currency,
        country,
        region,
        city,
        opens_at,
        closes_at,
        open_weekdays,

        -- numerics
        floor_area_m2,

        -- dates
        opened_date,
        closed_date,

        -- timestamps
        assumeNotNull(valid_from) as valid_from,
        event_time as said_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
