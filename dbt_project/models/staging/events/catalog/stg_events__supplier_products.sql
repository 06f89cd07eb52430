with source as (

    select * from {{ ref('stg_events__catalog_messages') }}
    where verdict = 'stands' and event_type = 'supplier_product'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(supplier_id) as supplier_id,
        assumeNotNull(product_id) as product_id,

        -- strings
        assumeNotNull(currency) as currency,
        order_weekdays,
        delivery_weekdays,

        -- numerics
        assumeNotNull(pack_size) as pack_size,
        minimum_order_quantity,
        quoted_lead_time_days,
        assumeNotNull(unit_cost) as unit_cost,
        minimum_order_value,

        -- timestamps
        assumeNotNull(valid_from) as valid_from,
        event_time as said_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
