with source as (

    select * from {{ ref('stg_events__catalog_messages') }}
    where verdict = 'stands' and event_type = 'product'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        assumeNotNull(product_id) as product_id,
        gtin,
        like_product_id,

        -- strings
        assumeNotNull(product_name) as product_name,
        department,
        category,
        brand,
        unit,
        assumeNotNull(line_type) as line_type,
        assumeNotNull(status) as status,

        -- numerics
        pack_size,
        shelf_life_days,

        -- dates
        launch_date,
        last_order_date,

        -- timestamps
        assumeNotNull(valid_from) as valid_from,
        event_time as said_at,

        -- place in Kafka
        _topic, _partition, _offset, _kafka_timestamp

    from source

)

select * from renamed
