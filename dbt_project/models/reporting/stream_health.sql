{{ config(tags=['live']) }}

select
    -- ids
    cast(stream as String) as stream,

    -- numerics
    cast(seconds_behind_last_heard as Int64) as seconds_behind_last_heard,
    cast(events as Int64) as events,
    cast(round(events_per_second, 3) as Float64) as events_per_second,
    cast(round(batch_seconds, 3) as Float64) as batch_seconds,
    cast(ifNull(lag_events, 0) as Int64) as lag_events,
    cast(ifNull(lag_events_of_worst_partition, 0) as Int64) as lag_events_of_worst_partition,
    cast(round(ifNull(p50_seconds, 0), 3) as Float64) as p50_seconds,
    cast(round(ifNull(p95_seconds, 0), 3) as Float64) as p95_seconds,
    cast(round(ifNull(p99_seconds, 0), 3) as Float64) as p99_seconds,
    cast(state_rows as Int64) as state_rows,
    cast(state_bytes as Int64) as state_bytes,
    cast(late_rows_dropped as Int64) as late_rows_dropped,

    -- timestamps
    cast(last_heard_at as DateTime('UTC')) as last_heard_at,
    cast(last_batch_at as DateTime('UTC')) as last_batch_at,
    cast(ifNull(latency_measured_for, toDateTime64(0, 3, 'UTC')) as DateTime('UTC')) as latency_measured_for,
    cast(ifNull(watermark_at, toDateTime64(0, 3, 'UTC')) as DateTime('UTC')) as watermark_at
from {{ ref('stream_figures') }}
