{{ config(materialized='table', order_by=['source', 'store_id', 'date_key']) }}

with messages as (

    select *, cityHash64(source, store_id, date_key) as _day_key from {{ ref('sales_messages_reopened') }}

),

messages_at_closing as (

    select * from {{ ref('sales_messages_at_closing') }}

),

days as (

    select distinct _day_key, source, store_id, date_key, assumeNotNull(known_until) as day_known_until
    from messages
    where isNotNull(known_until)

),

-- The rules of staging over what had arrived when the day closed.
{{ message_verdicts('messages_at_closing') }},

standing_at_closing as (

    select messages_at_closing.*
    from messages_at_closing
    left join message_verdicts using (_topic, _partition, _offset)
    where isNull(message_verdicts.verdict)

),

lines_compared as (

    select _closed_day_key as _day_key, transaction_id, units, net_amount, true as is_then
    from standing_at_closing
    where is_of_day and event_type in ('sale', 'return')
        and (_closed_day_key, _line_key) not in (
            select _closed_day_key, _line_key from standing_at_closing where event_type = 'void'
        )

    union all

    select _day_key, transaction_id, units, net_amount, false
    from messages
    where verdict = 'stands' and event_type in ('sale', 'return')
        and _line_key not in (select _line_key from messages where verdict = 'stands' and event_type = 'void')

),

-- Tickets that have a line nothing happened to were there then and are there now.
tickets_settled as (

    select distinct cityHash64(source, store_id, date_key) as _day_key, transaction_id
    from {{ ref('fact_sales') }}
    where (source, store_id, transaction_id) in (select source, store_id, transaction_id from messages)
        and {{ line_key() }} not in (select _line_key from messages)

),

changes_by_day as (

    select
        _day_key,
        uniqExactIf(transaction_id, not is_then and not is_settled)
        - uniqExactIf(transaction_id, is_then and not is_settled) as ticket_change,
        sum(if(is_then, -units, units)) as unit_change,
        sum(if(is_then, -net_amount, net_amount)) as net_change
    from (
        select *, (_day_key, transaction_id) in (select _day_key, transaction_id from tickets_settled) as is_settled
        from lines_compared
    )
    group by _day_key
    having ticket_change != 0 or unit_change != 0 or net_change != 0

),

-- Why: what came later about lines of the day, and what replaces them from another day.
messages_later as (

    select distinct
        days._day_key as _day_key, event_id, event_type, verdict, _corrects_key != 0 as is_correction,
        messages._day_key = days._day_key as is_of_day
    from messages
    inner join (
        select distinct _day_key as _lines_day_key, _root_key from messages
        union distinct
        select own._day_key, other._root_key
        from messages as own
        inner join messages as other on own._line_key = other._line_key
        where own._day_key != other._day_key
    ) as day_families on messages._root_key = day_families._root_key
    inner join days on day_families._lines_day_key = days._day_key
    where _kafka_timestamp > days.day_known_until

),

causes_by_day as (

    select
        _day_key,
        countIf(
            event_type in ('sale', 'return') and not is_correction and verdict = 'stands' and is_of_day
        ) as late_lines,
        countIf(is_correction) as corrections,
        countIf(event_type = 'void' and not is_correction and verdict = 'stands') as late_voids,
        countIf(not is_correction and verdict != 'stands') as later_set_aside,
        arraySlice(arraySort(groupUniqArray(event_id)), 1, 10) as event_ids
    from messages_later
    group by _day_key

),

restatements as (

    select
        days.source as source,
        days.store_id as store_id,
        days.date_key as date_key,
        days.day_known_until as known_until,
        cast(tickets_now - changes_by_day.ticket_change as Int64) as tickets_at_closing,
        cast(ifNull(completeness.known_tickets, 0) as Int64) as tickets_now,
        cast(units_now - changes_by_day.unit_change as Decimal(18, 3)) as units_at_closing,
        cast(ifNull(completeness.known_units, 0) as Decimal(18, 3)) as units_now,
        cast(net_amount_now - changes_by_day.net_change as Decimal(18, 4)) as net_amount_at_closing,
        cast(ifNull(completeness.known_net_amount, 0) as Decimal(18, 4)) as net_amount_now,
        cast(ifNull(causes_by_day.late_lines, 0) as Int64) as late_lines,
        cast(ifNull(causes_by_day.corrections, 0) as Int64) as corrections,
        cast(ifNull(causes_by_day.late_voids, 0) as Int64) as late_voids,
        cast(ifNull(causes_by_day.later_set_aside, 0) as Int64) as later_set_aside,
        ifNull(causes_by_day.event_ids, []) as sample_event_ids
    from changes_by_day
    inner join days on changes_by_day._day_key = days._day_key
    left join causes_by_day on changes_by_day._day_key = causes_by_day._day_key
    left join {{ ref('completeness') }} as completeness
        on days.source = completeness.source and days.store_id = completeness.store_id
        and days.date_key = completeness.date_key

)

select * from restatements
