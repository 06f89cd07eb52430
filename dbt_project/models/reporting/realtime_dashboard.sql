{{ config(tags=['live']) }}

with windows as (

    select *, max(window_ends_at) over (partition by source) as last_window_ends_at
    from {{ ref('stg_realtime__sales_metrics') }}
    where slide_minutes = window_minutes

),

stores as (

    select source, store_id, store_name from {{ ref('dim_store') }} where is_current

)

select
    -- ids
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(store_id as String) as store_id,
    cast(grain as String) as grain,
    cast(category as String) as category,
    cast(channel as String) as channel,
    cast(currency as String) as currency,
    cast(window_minutes as Int64) as window_minutes,
    cast(window_starts_at as DateTime('UTC')) as window_starts_at,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,

    -- measures of the window
    cast(round(revenue, 2) as Decimal(18, 2)) as revenue,
    cast(units as Decimal(18, 3)) as units,
    cast(tickets as Int64) as tickets,
    cast(round(toDecimal128(sales_amount, 6) / greatest(tickets, 1), 2) as Decimal(18, 2)) as average_ticket,
    cast(sale_lines as Int64) as sale_lines,
    cast(events as Int64) as events,
    cast(late_events as Int64) as late_events,

    -- how fresh it is; the one place that looks at the clock
    cast(window_ends_at = last_window_ends_at as Bool) as is_latest_window,
    cast(greatest(dateDiff('second', window_ends_at, now64(3, 'UTC')), 0) as Int64) as seconds_since_window,
    cast(window_ends_at as DateTime('UTC')) as window_ends_at
from windows
left join stores using (source, store_id)
where window_ends_at > subtractHours(last_window_ends_at, 24)
