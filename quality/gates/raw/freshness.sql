-- One row per topic and source that has sent in at least 24 different hours of the last fortnight: for how long it has
-- been silent, and for how long it may be, three times what is usual. A file that was loaded once is expected no more.
, arrivals as (
    select topic, source, toStartOfHour(arrived_at) as hour, max(arrived_at) as last_at
    from messages
    where reason = '' and arrived_at > {until:DateTime64(3, 'UTC')} - interval 14 day
        and arrived_at <= {until:DateTime64(3, 'UTC')}
    group by topic, source, hour
),
waits as (
    select
        topic, source, last_at,
        dateDiff('minute', lagInFrame(hour, 1, hour) over (
            partition by topic, source order by hour rows between 1 preceding and current row
        ), hour) as minutes
    from arrivals
)
select
    topic, source,
    toInt64(dateDiff('minute', max(last_at), {until:DateTime64(3, 'UTC')})) as silent_minutes,
    toInt64(greatest(3 * quantileExact(0.95)(minutes), 120)) as allowed_minutes
from waits
group by topic, source
having count() >= 24
order by topic, source
