with source as (

    select * from {{ ref('stg_events__catalog_messages') }}
    where verdict = 'stands' and event_type = 'promotion'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(promotion_id) as promotion_id,
        assumeNotNull(product_id) as product_id,
        location_id,

        -- strings
        assumeNotNull(promotion_name) as promotion_name,
        assumeNotNull(promotion_type) as promotion_type,

        -- numerics
        assumeNotNull(discount_rate) as discount_rate,

        -- dates
        assumeNotNull(starts_on) as starts_on,
        assumeNotNull(ends_on) as ends_on,

        -- timestamps
        assumeNotNull(valid_from) as valid_from,
        event_time as said_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
