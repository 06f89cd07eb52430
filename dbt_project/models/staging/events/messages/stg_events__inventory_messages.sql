{{ config(
    materialized='incremental',
    incremental_strategy='delete_insert',
    unique_key=['_topic', '_partition', '_offset'],
    order_by=['source', 'event_type', 'location_id', 'product_id', 'event_time', '_partition', '_offset'],
    partition_by='toYYYYMM(event_time)',
    pre_hook="{{ mark_messages(source('events', 'raw_inventory_events'), 'inventory') }}",
    post_hook="{{ drop_helpers(['blocks', 'arrived', 'marked']) }}"
) }}

with source as (

    select * from {{ source('events', 'raw_inventory_events') }}
    where _error = ''
    {% if is_incremental() %} and {{ is_marked() }} {% endif %}

),

messages_keyed as (

    {% if is_incremental() %}
    select * from {{ helper('marked') }}
    {% else %}
    select {{ message_keys('inventory') }}
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
        cast(assumeNotNull(location_id) as LowCardinality(String)) as location_id,
        cast(assumeNotNull(product_id) as LowCardinality(String)) as product_id,
        supplier_id,
        purchase_order_id,
        purchase_order_line,
        lot_id,
        transfer_id,
        cast(counterpart_location_id as LowCardinality(Nullable(String))) as counterpart_location_id,
        cast(supply_source_id as LowCardinality(Nullable(String))) as supply_source_id,
        count_id,

        -- strings
        cast(reason as LowCardinality(Nullable(String))) as reason,
        scope,

        -- numerics
        quantity,
        unit_cost,
        pack_size,

        -- dates and timestamps
        expiry_date,
        promised_date,
        counted_at,
        snapshot_at,

        -- place in Kafka, keys
        _topic, _partition, _offset, _kafka_timestamp,
        {{ event_key() }} as _event_key,
        {{ corrected_key() }} as _corrects_key,
        {{ document_key('inventory') }} as _document_key

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
