{{ config(materialized='table', order_by='source') }}

with sources as (

    select * from {{ ref('int_sources_dated') }}

),

last_days_of_stores as (

    select source, store_id, max(date_key) as last_day
    from {{ ref('int_store_days_opened') }}
    where is_over
    group by source, store_id

),

-- Clocks of stores may be hours apart: a day is whole when it is over everywhere.
last_days as (

    select source, min(last_day) as last_day_over
    from last_days_of_stores
    group by source

),

source_days_completed as (

    select
        sources.source as source,
        as_of,
        addDays(toDate32(first_event_at), 1) as first_whole_day,
        ifNull(last_day_over, subtractDays(toDate32(as_of), 1)) as last_whole_day
    from sources
    left join last_days on sources.source = last_days.source

)

select * from source_days_completed
