{{ config(
    materialized='incremental',
    incremental_strategy='delete_insert',
    unique_key=['_topic', '_partition', '_offset'],
    order_by=['event_type', 'source', '_partition', '_offset'],
    pre_hook="{{ mark_messages(source('events', 'raw_catalog_events'), 'catalog') }}",
    post_hook="{{ drop_helpers(['blocks', 'arrived', 'marked']) }}"
) }}

with source as (

    select * from {{ source('events', 'raw_catalog_events') }}
    where _error = ''
    {% if is_incremental() %} and {{ is_marked() }} {% endif %}

),

messages_keyed as (

    {% if is_incremental() %}
    select * from {{ helper('marked') }}
    {% else %}
    select {{ message_keys('catalog') }}
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

        -- fields of all entities; each view of an entity takes its own
        {{ event_fields('catalog') | join(',\n        ') }},

        -- place in Kafka, keys
        _topic, _partition, _offset, _kafka_timestamp,
        {{ event_key() }} as _event_key,
        {{ corrected_key() }} as _corrects_key,
        {{ document_key('catalog') }} as _document_key

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
