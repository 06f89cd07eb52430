{{ config(order_by=['source', 'store_id', 'date_key', 'category'], tags=['estimated']) }}

{#- Same weekdays before, all days before, and how many days of the latter the former are blended with. #}
{%- set same_weekdays, all_days, prior_days = 8, 56, 4 %}
{%- set days_ahead, least_days = 7, 14 %}

with sales as (

    select
        facts.source as source,
        store_id,
        date_key,
        ifNull(category, 'not stated') as category,
        sold_at,
        event_type,
        ifNull(return_reason, '') as return_reason
    from {{ ref('fact_sales') }} as facts
    left join {{ ref('dim_product') }} as products using (product_key)
    where line_type = 'merchandise'

),

store_days as (

    select source, store_id, date_key, starts_at, ends_at, is_over as is_known
    from {{ ref('int_store_days_opened') }}
    where is_open

),

lines_timed as (

    select
        sales.*,
        least(greatest(intDiv(dateDiff('second', starts_at, sold_at), 3600), 0), 23) as hour
    from sales
    inner join store_days using (source, store_id, date_key)

),

-- A store's own rows ('all') beside those of its categories.
days_counted as materialized (

    select
        source,
        store_id,
        arrayJoin(['all', category]) as part,
        date_key,
        sumForEach(arrayMap(h -> toFloat64(h = hour and event_type = 'sale'), range(24))) as lines,
        sumForEach(arrayMap(
            h -> toFloat64(h = hour and event_type = 'return' and return_reason = 'unreferenced'), range(24)
        )) as unreferenced_returns
    from lines_timed
    group by source, store_id, part, date_key

),

parts as (

    select distinct source, store_id, part from days_counted

),

-- The week to come is expected from what is known today.
last_days as (

    select source, store_id, max(date_key) as last_date, argMax(starts_at, date_key) as last_starts_at
    from {{ ref('int_store_days_opened') }}
    group by source, store_id

),

days_expected as (

    select * from store_days

    union all

    select
        source,
        store_id,
        addDays(last_date, arrayJoin(range(1, {{ days_ahead + 1 }})) as ahead) as date_key,
        addDays(last_starts_at, ahead) as starts_at,
        addDays(starts_at, 1) as ends_at,
        0 as is_known
    from last_days

),

parts_by_day as (

    select
        days_expected.source as source,
        days_expected.store_id as store_id,
        days_expected.date_key as date_key,
        starts_at,
        ends_at,
        is_known,
        parts.part as part,
        if(empty(days_counted.lines), arrayWithConstant(24, 0.), days_counted.lines) as lines,
        if(
            empty(days_counted.unreferenced_returns), arrayWithConstant(24, 0.), days_counted.unreferenced_returns
        ) as unreferenced_returns
    from days_expected
    inner join parts using (source, store_id)
    left join days_counted
        on parts.source = days_counted.source and parts.store_id = days_counted.store_id
        and parts.part = days_counted.part and days_expected.date_key = days_counted.date_key

),

days_levelled as (

    select
        *,
        arrayMap(x -> x * is_known, lines) as known_lines,
        sum(is_known) over before as days_known,
        sumForEach(arrayMap(x -> x * is_known, lines)) over before as lines_before,
        sum(arraySum(unreferenced_returns) * is_known) over before as returns_before
    from parts_by_day
    window before as (
        partition by source, store_id, part order by date_key
        rows between {{ all_days }} preceding and 1 preceding
    )

),

-- What once went wild (or was put in) does not tell what to expect.
days_tamed as (

    select
        * except (lines_before),
        arrayMap(
            (x, before) -> if(days_known = 0, x, least(x, 4 * before / days_known + 4)),
            known_lines,
            if(days_known = 0, known_lines, lines_before)
        ) as tamed_lines
    from days_levelled

),

days_compared as (

    select
        *,
        sum(is_known) over same_weekday as weekdays_known,
        sumForEach(tamed_lines) over same_weekday as weekday_lines,
        sumForEach(tamed_lines) over before as tamed_before
    from days_tamed
    window
        same_weekday as (
            partition by source, store_id, part, toDayOfWeek(date_key) order by date_key
            rows between {{ same_weekdays }} preceding and 1 preceding
        ),
        before as (
            partition by source, store_id, part order by date_key
            rows between {{ all_days }} preceding and 1 preceding
        )

),

hours_expected as materialized (

    select
        *,
        arrayMap(
            (weekday, tamed) -> (weekday + {{ prior_days }} * tamed / days_known) / (weekdays_known + {{ prior_days }}),
            if(empty(weekday_lines), arrayWithConstant(24, 0.), weekday_lines),
            tamed_before
        ) as expected_lines
    from days_compared
    where days_known >= {{ least_days }}

),

-- How much more than chance the counts of a category spread around what was expected.
spreads_by_day as (

    select
        source,
        part,
        date_key,
        {{ exact_sum('is_known * arraySum(
            (x, mean) -> least(pow(x - mean, 2), 16 * (mean + 1)) - mean, lines, expected_lines
        )') }} as excess,
        {{ exact_sum('is_known * arraySum(mean -> pow(mean, 2), expected_lines)') }} as squares
    from hours_expected
    group by source, part, date_key

),

spreads as (

    select
        source,
        part,
        date_key,
        sum(excess) over before as excess_before,
        sum(squares) over before as squares_before
    from spreads_by_day
    window before as (
        partition by source, part order by date_key rows between {{ all_days }} preceding and 1 preceding
    )

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(part as LowCardinality(String)) as category,
    cast(date_key as Date32) as date_key,

    -- by hour of the store's day
    cast(lines as Array(Float64)) as sale_lines,
    cast(expected_lines as Array(Float64)) as estimated_sale_lines,
    cast(unreferenced_returns as Array(Float64)) as unreferenced_returns,

    -- numerics
    cast(returns_before / days_known as Float64) as estimated_unreferenced_returns,
    cast(
        if(squares_before > 0, least(greatest(excess_before / squares_before, 0.02), 3.), 0.3) as Float64
    ) as estimated_dispersion,
    cast(days_known as Int64) as days_known,

    -- timestamps
    cast(starts_at as DateTime64(3, 'UTC')) as starts_at,
    cast(ends_at as DateTime64(3, 'UTC')) as ends_at
from hours_expected
inner join spreads using (source, part, date_key)
