with source as (

    select * from {{ ref('stg_events__inventory_messages') }}
    where verdict = 'stands' and event_type in (
        'purchase_order_placed', 'purchase_order_confirmed', 'purchase_order_cancelled', 'purchase_order_closed'
    )

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(purchase_order_id) as purchase_order_id,
        assumeNotNull(purchase_order_line) as purchase_order_line,
        location_id,
        product_id,
        assumeNotNull(supply_source_id) as supply_source_id,

        -- strings
        replaceOne(event_type, 'purchase_order_', '') as step,
        reason,

        -- numerics
        assumeNotNull(quantity) as quantity,
        pack_size,
        unit_cost,

        -- dates and timestamps
        promised_date,
        event_time as stepped_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
