with source as (

    select * from {{ ref('stg_events__catalog_messages') }}
    where verdict = 'stands' and event_type = 'assortment'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(location_id) as location_id,
        assumeNotNull(product_id) as product_id,
        supply_source_id,

        -- numerics
        minimum_presentation,
        shelf_capacity,

        -- booleans
        assumeNotNull(is_ranged) as is_ranged,

        -- timestamps
        assumeNotNull(valid_from) as valid_from,
        event_time as said_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
