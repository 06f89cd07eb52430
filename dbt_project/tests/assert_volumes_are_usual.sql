{{ config(severity='warn') }}

-- In the last week a source sent about as much as on the same weekdays before, and no table lost half of its rows in
-- the last run. Either may be true to life, so it warns.
select source as what, topic as part, toString(event_date) as moment, messages as found, usual_messages as usual
from {{ ref('daily_volumes') }}
inner join {{ ref('int_sources_dated') }} as sources using (source)
where is_anomalous and event_date >= subtractDays(toDate32(as_of), 7)

union all

select name, layer, toString(started_at), row_count, row_count_before
from {{ ref('model_volumes') }}
where is_latest and is_anomalous
