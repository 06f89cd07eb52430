with source as (

    select * from {{ ref('stg_events__sales_messages') }}
    where verdict = 'stands' and event_type = 'void'

),

renamed as (

    select
        -- ids
        event_id,
        source,
        store_id,
        assumeNotNull(transaction_id) as transaction_id,
        assumeNotNull(line_number) as line_number,
        assumeNotNull(register_id) as register_id,

        -- dates and timestamps
        business_date,
        event_time as voided_at,

        -- place in Kafka, keys
        _topic, _partition, _offset, _kafka_timestamp,
        _line_key

    from source

)

select * from renamed
