-- One row per source: hours between what the views are as of and the newest valid message that has arrived. A source
-- that has not sent for forty days has nothing newer.
with newest as (
    select source, max(event_time) as newest_at
    from (
        select source, event_time from raw.raw_sales_events where _error = '' and _kafka_timestamp > {since:DateTime64}
        union all
        select source, event_time from raw.raw_inventory_events
        where _error = '' and _kafka_timestamp > {since:DateTime64}
    )
    group by source
)
select
    source,
    formatDateTime(as_of, '%F %T') as shown_as_of,
    if(newest_at > as_of, dateDiff('second', as_of, newest_at) / 3600, 0) as hours_behind
from {prefix}intermediate.int_sources_dated
left join newest using (source)
order by source
settings join_use_nulls = 0
