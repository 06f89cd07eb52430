with contracts_broken as (

    select
        _topic, _partition, _offset, _kafka_timestamp,
        event_id, event_type, _error as reason, payload
    from {{ source('events', 'quarantine') }}

),

{% set conflicts = "('conflicting_id', 'conflicting_document', 'amount_too_large')" %}

{% for topic in ['sales', 'inventory', 'catalog'] %}
{{ topic }}_conflicts as (

    select _topic, _partition, _offset, verdict
    from {{ ref('stg_events__' ~ topic ~ '_messages') }}
    where verdict in {{ conflicts }}

),

{{ topic }}_set_aside as (

    select
        raw._topic, raw._partition, raw._offset, raw._kafka_timestamp,
        raw.event_id, raw.event_type, conflicts.verdict as reason, raw.payload
    from {{ source('events', 'raw_' ~ topic ~ '_events') }} as raw
    inner join {{ topic }}_conflicts as conflicts using (_topic, _partition, _offset)
    where (raw._topic, raw._partition, raw._offset) in (select _topic, _partition, _offset from {{ topic }}_conflicts)

),

{% endfor %}

messages_quarantined as (

    select * from contracts_broken
    union all
    select * from sales_set_aside
    union all
    select * from inventory_set_aside
    union all
    select * from catalog_set_aside

)

select * from messages_quarantined
