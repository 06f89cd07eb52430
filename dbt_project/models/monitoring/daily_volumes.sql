{{ config(materialized='table', order_by=['source', 'topic', 'event_date']) }}

-- Catalogue events come when somebody changes something; no volume of theirs is to be expected.
with messages_by_day as (

    select source, 'sales_events' as topic, toDate32(event_time) as event_date, count() as messages
    from {{ ref('stg_events__sales_messages') }}
    where verdict = 'stands'
    group by source, event_date

    union all

    select source, 'inventory_events', toDate32(event_time) as event_date, count()
    from {{ ref('stg_events__inventory_messages') }}
    where verdict = 'stands'
    group by source, event_date

),

-- The day that counts as today is not over, so the last one judged is the day before.
spans as (

    select
        messages_by_day.source as source,
        topic,
        min(event_date) as first_day,
        min(subtractDays(toDate32(sources.as_of), 1)) as last_day
    from messages_by_day
    inner join {{ ref('int_sources_dated') }} as sources on messages_by_day.source = sources.source
    group by source, topic

),

days as (

    select
        source,
        topic,
        greatest(dateDiff('day', first_day, last_day) + 1, 0) as days,
        addDays(first_day, arrayJoin(range(toUInt32(days)))) as event_date
    from spans

),

days_compared as (

    select
        days.source as source,
        days.topic as topic,
        days.event_date as event_date,
        cast(ifNull(messages_by_day.messages, 0) as Int64) as messages,
        arraySort(groupArray(messages) over (
            partition by days.source, days.topic, toDayOfWeek(days.event_date) order by days.event_date
            rows between 8 preceding and 1 preceding
        )) as weeks_before
    from days
    left join messages_by_day
        on days.source = messages_by_day.source and days.topic = messages_by_day.topic
        and days.event_date = messages_by_day.event_date

),

daily_volumes as (

    select
        source,
        topic,
        event_date,
        messages,
        cast(length(weeks_before) as Int32) as weeks_compared,
        if(weeks_compared > 0, weeks_before[intDiv(weeks_compared + 1, 2)], null) as usual_messages,
        arraySort(arrayMap(week -> abs(week - ifNull(usual_messages, 0)), weeks_before)) as deviations,
        if(weeks_compared > 0, deviations[intDiv(weeks_compared + 1, 2)], null) as usual_deviation,
        -- Six deviations, and half of what is usual, and more than a handful: quiet shops are not alarming.
        ifNull(
            weeks_compared >= 4
            and abs(messages - usual_messages) > greatest(6 * 1.4826 * usual_deviation, usual_messages / 2, 20),
            false
        ) as is_anomalous
    from days_compared

)

select * except (deviations) from daily_volumes
