{{ config(materialized='table', order_by=['source', 'store_id', 'date_key']) }}

-- A ticket line may change after its store has closed the day when a message about it comes later, or when an event
-- that hangs together with it by corrections is involved. All messages about such lines are taken, so that the verdicts
-- of any instant can be spoken again over them.

with messages as (

    -- A closing speaks of no line; it is here because it may be corrected, or said to correct something.
    select *, if(event_type = 'store_day_closed', _document_key, _line_key) as _subject_key
    from {{ ref('stg_events__sales_messages') }}
    -- The first message of an event id speaks, at whatever instant one looks.
    where verdict not in ('duplicate', 'conflicting_id', 'amount_too_large')

),

-- Nothing orders messages of two partitions, so a closing may overtake the last tickets of its day: what comes soon
-- after it came with it.
days_closed as (

    select
        source, store_id, business_date,
        addMinutes(min(_kafka_timestamp), {{ var('closing_grace_minutes') | int }}) as known_until
    from {{ ref('stg_events__sales_messages') }}
    where event_type = 'store_day_closed' and verdict != 'conflicting_id'
    group by source, store_id, business_date

),

lines_in_question as (

    select _subject_key
    from messages
    left join days_closed using (source, store_id, business_date)
    where ifNull(_kafka_timestamp > known_until, false) and event_type != 'store_day_closed'
        or _corrects_key != 0
        or _event_key in (select _corrects_key from messages where _corrects_key != 0)

),

corrections as (

    select _event_key, _corrects_key from messages where _corrects_key != 0

),

roots as (

    select _event_key, argMax(ancestor_key, height) as root_key
    from ({{ climb_corrections('corrections') }})
    group by _event_key

),

sales_messages_reopened as (

    select
        messages.source as source,
        messages.store_id as store_id,
        messages.business_date as date_key,
        messages.event_id as event_id,
        messages.event_type as event_type,
        ifNull(transaction_id, '') as transaction_id,
        messages.verdict as verdict,
        cast(if(event_type = 'return', -1, 1) * ifNull(quantity, 0) as Decimal(18, 3)) as units,
        cast(
            if(event_type = 'return', -1, 1)
            * round(toDecimal128(ifNull(quantity, 0), 3) * ifNull(unit_price, 0) - ifNull(discount_amount, 0), 4)
            as Decimal(18, 4)
        ) as net_amount,
        days_closed.known_until as known_until,
        _topic, _partition, _offset, _kafka_timestamp,
        messages._event_key as _event_key,
        _corrects_key,
        ifNull(roots.root_key, messages._event_key) as _root_key,
        _document_key,
        {{ content_key('sales') }} as _content_key,
        _subject_key as _line_key
    from messages
    left join days_closed using (source, store_id, business_date)
    left join roots on messages._event_key = roots._event_key
    where _subject_key in (select _subject_key from lines_in_question)

)

select * from sales_messages_reopened
