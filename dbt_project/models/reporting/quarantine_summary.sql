select
    -- ids
    cast(topic as String) as topic,
    cast(toDate(arrived_at) as Date) as arrived_date,

    -- strings
    cast(reason as String) as reason,

    -- counts
    cast(count() as Int64) as events
from {{ ref('quarantined_events') }}
group by topic, arrived_date, reason
