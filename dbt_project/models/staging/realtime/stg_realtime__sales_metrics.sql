with source as (

    select * from {{ source('realtime', 'realtime_sales_metrics') }}
    -- Of one computation the last batch counts, merged or not.
    order by batch desc
    limit 1 by
        source, computation, window_minutes, slide_minutes, window_start, store_id, grain, category, channel, currency

),

late_events as (

    select *
    from {{ ref('stg_realtime__late_events') }}

),

-- An event is late for every window it would have been in, and for the store as for its part.
late_windows as (

    select
        source,
        computation,
        store_id,
        currency,
        arrayJoin([('store', 'all', 'all'), ('category', category, channel)]) as part,
        arrayJoin(arrayConcat(
            [(1, 1, minute_starts_at), (5, 5, toDateTime64(toStartOfFiveMinutes(minute_starts_at), 3, 'UTC'))],
            arrayMap(minutes -> (5, 1, subtractMinutes(minute_starts_at, minutes)), range(5))
        )) as missed
    from late_events

),

counted_and_late as (

    select
        source, computation, window_minutes, slide_minutes, window_start, store_id,
        grain, category, channel, currency,
        revenue, sales_amount, units, tickets, events, sale_lines, return_lines, unreferenced_returns,
        0 as late_events,
        written_at
    from source

    union all

    select
        source, computation,
        missed.1 as window_minutes, missed.2 as slide_minutes, missed.3 as window_start,
        store_id,
        part.1 as grain, part.2 as category, part.3 as channel,
        currency,
        0, 0, 0, 0, 0, 0, 0, 0,
        1 as late_events,
        toDateTime64(0, 3, 'UTC') as written_at
    from late_windows

),

windows as (

    select
        source, computation, window_minutes, slide_minutes, window_start, store_id,
        grain, category, channel, currency,
        sum(counted_and_late.revenue) as revenue,
        sum(counted_and_late.sales_amount) as sales_amount,
        sum(counted_and_late.units) as units,
        sum(counted_and_late.tickets) as tickets,
        sum(counted_and_late.events) as events,
        sum(counted_and_late.sale_lines) as sale_lines,
        sum(counted_and_late.return_lines) as return_lines,
        sum(counted_and_late.unreferenced_returns) as unreferenced_returns,
        sum(counted_and_late.late_events) as late_events,
        max(counted_and_late.written_at) as written_at
    from counted_and_late
    group by all

),

stores_computed as (

    select
        source, computation, window_minutes, slide_minutes, window_start, store_id,
        sum(windows.events) as events,
        sum(windows.events + windows.late_events) as seen
    from windows
    where grain = 'store'
    group by all

),

-- Of two computations of a store's window the one that has seen more events counts, so that a partial one after a lost
-- checkpoint never does; of equal ones that with fewer late events, then the later.
computations_chosen as (

    select
        source, window_minutes, slide_minutes, window_start, store_id,
        argMax(stores_computed.computation, (stores_computed.seen, stores_computed.events, stores_computed.computation))
            as computation
    from stores_computed
    group by all

),

renamed as (

    select
        -- ids
        source,
        store_id,
        computation,

        -- strings
        grain,
        category,
        channel,
        currency,

        -- numerics
        window_minutes,
        slide_minutes,
        revenue,
        sales_amount,
        units,
        tickets,
        events,
        late_events,
        sale_lines,
        return_lines,
        unreferenced_returns,

        -- dates and timestamps
        window_start as window_starts_at,
        addMinutes(window_start, window_minutes) as window_ends_at,
        written_at

    from windows
    inner join computations_chosen
        using (source, window_minutes, slide_minutes, window_start, store_id, computation)

)

select * from renamed
