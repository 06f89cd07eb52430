with source as (

    select * from {{ ref('stg_events__catalog_messages') }}
    where verdict = 'stands' and event_type = 'supplier'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(supplier_id) as supplier_id,

        -- strings
        assumeNotNull(supplier_name) as supplier_name,
        country,

        -- timestamps
        assumeNotNull(valid_from) as valid_from,
        event_time as said_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
