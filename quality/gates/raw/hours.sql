-- One row per topic, source and each of the 24 hours (of the events) before the last one of the batch: how many messages
-- there are, and between how many they may be, by the same hour of the same weekday in the eight weeks before. The hour
-- before and after count too, for shops keep local time. The catalogue changes when somebody changes it, and a source that
-- tells of long ago is history that somebody sends.
, open_hours as (
    select topic, source, toStartOfHour(max(event_at)) as open_hour
    from batch
    where reason = '' and topic != 'catalog_events' and event_at <= {until:DateTime64(3, 'UTC')}
    group by topic, source
    having open_hour > {until:DateTime64(3, 'UTC')} - interval 3 day
),
counted as (
    select topic, source, toStartOfHour(event_at) as hour, count() as messages
    from messages
    where reason = '' and (topic, source) in (select topic, source from open_hours)
        and event_at > {until:DateTime64(3, 'UTC')} - interval 61 day and event_at <= {until:DateTime64(3, 'UTC')}
    group by topic, source, hour
),
began as (
    select topic, source, min(hour) as first_hour from counted group by topic, source
),
grid as (
    select
        topic, source, ago, week,
        open_hour - toIntervalHour(ago) as hour,
        hour - toIntervalDay(7 * week) as compared_hour
    from open_hours
    array join range(0, 26) as ago
    array join range(0, 9) as week
),
compared as (
    select
        grid.topic as topic, grid.source as source, grid.ago as ago, grid.hour as hour,
        sumIf(counted.messages, week = 0) as found,
        arraySort(groupArrayIf(counted.messages, week > 0 and compared_hour >= first_hour)) as before,
        before[intDiv(length(before) + 1, 2)] as usual,
        arraySort(arrayMap(one -> abs(toInt64(one) - toInt64(usual)), before))[intDiv(length(before) + 1, 2)] as spread,
        greatest(6 * 1.4826 * spread, usual / 2, 20) as slack
    from grid
    inner join began using (topic, source)
    left join counted
        on grid.topic = counted.topic and grid.source = counted.source and grid.compared_hour = counted.hour
    group by topic, source, ago, hour
),
neighbours as (
    select
        *,
        min(length(before)) over hours_around as weeks,
        min(usual - slack) over hours_around as least,
        max(usual + slack) over hours_around as most
    from compared
    window hours_around as (partition by topic, source order by ago rows between 1 preceding and 1 following)
)
select
    topic, source, formatDateTime(hour, '%F %H:00') as hour,
    toFloat64(found) as messages, greatest(least, 0) as least, toFloat64(most) as most
from neighbours
where ago between 1 and 24 and weeks >= 4
order by topic, source, hour
settings join_use_nulls = 0
