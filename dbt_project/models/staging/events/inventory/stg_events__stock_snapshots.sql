with source as (

    select * from {{ ref('stg_events__inventory_messages') }}
    where verdict = 'stands' and event_type = 'stock_snapshot'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        location_id,
        product_id,

        -- numerics
        assumeNotNull(quantity) as believed_units,

        -- timestamps
        assumeNotNull(snapshot_at) as snapshot_at,
        event_time as reported_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
