with source as (

    select * from {{ ref('stg_events__inventory_messages') }}
    where verdict = 'stands' and event_type = 'stock_count'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(count_id) as count_id,
        location_id,
        product_id,

        -- strings
        assumeNotNull(scope) as scope,

        -- numerics
        assumeNotNull(quantity) as counted_units,

        -- timestamps
        assumeNotNull(counted_at) as counted_at,
        event_time as reported_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
