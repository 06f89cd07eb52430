{{ config(
    materialized='incremental',
    incremental_strategy='delete_insert',
    unique_key=['_topic', '_partition', '_offset'],
    order_by=['source', 'store_id', 'business_date', 'event_type', '_partition', '_offset'],
    partition_by='toYYYYMM(business_date)',
    pre_hook="{{ mark_messages(source('events', 'raw_sales_events'), 'sales') }}",
    post_hook="{{ drop_helpers(['blocks', 'arrived', 'marked']) }}"
) }}

with source as (

    select * from {{ source('events', 'raw_sales_events') }}
    where _error = ''
    {% if is_incremental() %} and {{ is_marked() }} {% endif %}

),

messages_keyed as (

    {% if is_incremental() %}
    select * from {{ helper('marked') }}
    {% else %}
    select {{ message_keys('sales') }}
    from source
    {% endif %}

),

{{ message_verdicts('messages_keyed') }},

renamed as (

    select
        -- envelope
        event_id,
        cast(event_type as LowCardinality(String)) as event_type,
        schema_version,
        event_time,
        cast(source as LowCardinality(String)) as source,
        corrects_event_id,

        -- ids
        cast(assumeNotNull(store_id) as LowCardinality(String)) as store_id,
        assumeNotNull(business_date) as business_date,
        transaction_id,
        line_number,
        cast(register_id as LowCardinality(Nullable(String))) as register_id,
        cast(product_id as LowCardinality(Nullable(String))) as product_id,
        customer_id,
        cast(promotion_id as LowCardinality(Nullable(String))) as promotion_id,
        cast(fulfilment_location_id as LowCardinality(Nullable(String))) as fulfilment_location_id,
        returned_transaction_id,
        returned_line_number,

        -- strings
        line_type,
        currency,
        payment_method,
        channel,
        reason,
        disposition,

        -- numerics
        quantity,
        unit_price,
        regular_price,
        discount_amount,
        tax_amount,
        ticket_count,
        net_total,

        -- place in Kafka, keys
        _topic, _partition, _offset, _kafka_timestamp,
        {{ event_key() }} as _event_key,
        {{ corrected_key() }} as _corrects_key,
        {{ document_key('sales') }} as _document_key,
        {{ line_key() }} as _line_key

    from source

),

messages_judged as (

    select
        renamed.*,
        cast(ifNull(message_verdicts.verdict, 'stands') as LowCardinality(String)) as verdict
    from renamed
    left join message_verdicts using (_topic, _partition, _offset)

)

select * from messages_judged
