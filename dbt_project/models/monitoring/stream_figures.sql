{{ config(tags=['live']) }}

with batches as (

    select * from {{ ref('stg_streams__batches') }}

),

lags as (

    select stream, lag_events as partition_lag, seen_at = max(seen_at) over (partition by stream) as is_last_look
    from {{ ref('stg_streams__lags') }}

),

latencies as (

    select *, minute_at = max(minute_at) over (partition by stream) as is_last_minute
    from {{ ref('stg_streams__latencies') }}

),

last_runs as (

    select
        stream,
        argMax(run_id, (finished_at, run_id)) as run_id,
        max(finished_at) as last_heard_at
    from batches
    group by stream

),

runs_summed as (

    select
        stream,
        last_heard_at,
        maxIf(finished_at, input_rows > 0) as last_batch_at,
        sum(input_rows) as events,
        sumIf(input_rows, is_recent) / 300 as events_per_second,
        {{ ratio('sumIf(batch_seconds, is_recent and input_rows > 0)', 'countIf(is_recent and input_rows > 0)') }}
            as batch_seconds,
        argMax(state_rows, (finished_at, batch_id)) as state_rows,
        argMax(state_bytes, (finished_at, batch_id)) as state_bytes,
        sum(late_rows_dropped) as late_rows_dropped,
        max(watermark_at) as watermark_at
    from (
        select batches.*, last_heard_at, finished_at > subtractMinutes(last_heard_at, 5) as is_recent
        from batches
        inner join last_runs using (stream, run_id)
    )
    group by stream, last_heard_at

),

lags_summed as (

    select stream, sum(partition_lag) as lag_events, max(partition_lag) as lag_events_of_worst_partition
    from lags
    where is_last_look
    group by stream

),

latencies_summed as (

    select
        stream,
        max(p50_seconds) as p50_seconds,
        max(p95_seconds) as p95_seconds,
        max(p99_seconds) as p99_seconds,
        max(minute_at) as latency_measured_for
    from latencies
    where is_last_minute
    group by stream

),

stream_figures as (

    select
        stream,
        last_heard_at,
        dateDiff('second', last_heard_at, max(last_heard_at) over ()) as seconds_behind_last_heard,
        last_batch_at,
        events,
        events_per_second,
        batch_seconds,
        lag_events,
        lag_events_of_worst_partition,
        p50_seconds,
        p95_seconds,
        p99_seconds,
        latency_measured_for,
        watermark_at,
        state_rows,
        state_bytes,
        late_rows_dropped
    from runs_summed
    left join lags_summed using (stream)
    left join latencies_summed using (stream)

)

select * from stream_figures
