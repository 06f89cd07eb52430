with messages as (

    select * from {{ ref('stg_events__quarantined_messages') }}

),

events_quarantined as (

    select
        _topic as topic,
        _partition as kafka_partition,
        _offset as kafka_offset,
        _kafka_timestamp as arrived_at,
        event_id,
        event_type,
        reason,
        payload
    from messages

)

select * from events_quarantined
