with source as (

    select * from {{ ref('stg_events__inventory_messages') }}
    where verdict = 'stands' and event_type in (
        'opening_balance', 'receipt', 'transfer_out', 'transfer_in', 'adjustment',
        'damage', 'expired', 'theft_report', 'own_use'
    )

),

renamed as (

    select
        -- ids
        event_id,
        source,
        location_id,
        product_id,
        supplier_id,
        purchase_order_id,
        purchase_order_line,
        transfer_id,
        counterpart_location_id,
        lot_id,

        -- strings
        event_type as movement_type,
        reason,

        -- numerics: what goes out is negative
        multiIf(
            event_type in ('transfer_out', 'damage', 'expired', 'theft_report', 'own_use'), -quantity, quantity
        ) as quantity,
        unit_cost,

        -- dates and timestamps
        expiry_date,
        event_time as moved_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
