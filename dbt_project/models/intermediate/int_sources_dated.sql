{{ config(materialized='table', order_by='source') }}

with messages as (

    select source, event_time from {{ ref('stg_events__sales_messages') }} where verdict = 'stands'
    union all
    select source, event_time from {{ ref('stg_events__inventory_messages') }} where verdict = 'stands'
    union all
    select source, event_time from {{ ref('stg_events__catalog_messages') }} where verdict = 'stands'

),

sources_dated as (

    select
        source,
        min(event_time) as first_event_at,
        max(event_time) as last_event_at,
        {{ as_of() or 'last_event_at' }} as as_of
    from messages
    group by source

)

select * from sources_dated
