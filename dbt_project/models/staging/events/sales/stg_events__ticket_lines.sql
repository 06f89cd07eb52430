with source as (

    select * from {{ ref('stg_events__sales_messages') }}
    where verdict = 'stands' and event_type in ('sale', 'return')

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
        assumeNotNull(product_id) as product_id,
        customer_id,
        promotion_id,
        fulfilment_location_id,
        returned_transaction_id,
        returned_line_number,

        -- strings
        event_type,
        assumeNotNull(line_type) as line_type,
        assumeNotNull(channel) as channel,
        payment_method,
        assumeNotNull(currency) as currency,
        reason as return_reason,
        disposition as return_disposition,

        -- numerics, positive on sales and returns alike
        assumeNotNull(quantity) as quantity,
        assumeNotNull(unit_price) as unit_price,
        regular_price,
        assumeNotNull(discount_amount) as discount_amount,
        assumeNotNull(tax_amount) as tax_amount,

        -- dates and timestamps
        business_date,
        event_time as sold_at,

        -- place in Kafka, keys
        _topic, _partition, _offset, _kafka_timestamp,
        _line_key,
        if(
            isNull(returned_transaction_id), 0,
            {{ line_key('returned_transaction_id', 'returned_line_number') }}
        ) as _returned_line_key

    from source

)

select * from renamed
