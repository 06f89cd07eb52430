{{ config(materialized='table', order_by='_closed_day_key') }}

with messages as (

    select *, cityHash64(source, store_id, date_key) as _day_key from {{ ref('sales_messages_reopened') }}

),

-- Messages that hang together with another day's: few, so that only these are joined.
messages_across_days as (

    select _day_key, _root_key, _line_key
    from messages
    where _root_key in (select _root_key from messages group by _root_key having uniqExact(_day_key) > 1)
        or _line_key in (select _line_key from messages group by _line_key having uniqExact(_day_key) > 1)

),

-- What a day's verdicts depend on beside its own messages: what corrects them or they correct, what speaks of the same
-- lines, and what corrects that.
families_across_days as (

    select distinct day_lines._day_key as _day_key, related._root_key as _root_key
    from (
        select distinct own._day_key as _day_key, family._line_key as _line_key
        from messages_across_days as own
        inner join messages_across_days as family on own._root_key = family._root_key
    ) as day_lines
    inner join messages_across_days as related on day_lines._line_key = related._line_key

),

days_closed as (

    select distinct _day_key, source, store_id, date_key, assumeNotNull(known_until) as day_known_until
    from messages
    where isNotNull(known_until)

),

messages_by_closing as (

    select messages.*, _day_key as _closed_day_key, assumeNotNull(known_until) as day_known_until
    from messages
    where isNotNull(known_until)

    union all

    select messages.*, days_closed._day_key as _closed_day_key, day_known_until
    from messages
    inner join families_across_days on messages._root_key = families_across_days._root_key
    inner join days_closed on families_across_days._day_key = days_closed._day_key
    where messages._day_key != days_closed._day_key

),

-- Each day is a world of its own: its keys, its topic and its source are nobody else's.
sales_messages_at_closing as (

    select
        concat(_topic, ' ', toString(_closed_day_key)) as _topic,
        _partition,
        _offset,
        _kafka_timestamp,
        toString(_closed_day_key) as source,
        event_id,
        cityHash64(_closed_day_key, _event_key) as _event_key,
        if(_corrects_key = 0, 0, cityHash64(_closed_day_key, _corrects_key)) as _corrects_key,
        cityHash64(_closed_day_key, _document_key) as _document_key,
        _content_key,
        toUInt64(0) as _payload_key,
        false as is_too_large,
        _closed_day_key,
        _day_key = _closed_day_key as is_of_day,
        event_type,
        transaction_id,
        units,
        net_amount,
        _line_key
    from messages_by_closing
    where _kafka_timestamp <= day_known_until

)

select * from sales_messages_at_closing
