with messages as (

    select source, event_type, verdict, _topic, _kafka_timestamp from {{ ref('stg_events__sales_messages') }}
    union all
    select source, event_type, verdict, _topic, _kafka_timestamp from {{ ref('stg_events__inventory_messages') }}
    union all
    select source, event_type, verdict, _topic, _kafka_timestamp from {{ ref('stg_events__catalog_messages') }}

),

messages_counted as (

    select
        source,
        _topic as topic,
        event_type,
        verdict,
        count() as messages,
        max(_kafka_timestamp) as last_arrived_at
    from messages
    group by source, topic, event_type, verdict

)

select * from messages_counted
