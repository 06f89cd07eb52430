{%- set window_days, months = 364, 12 -%}
{{ config(order_by=['source', 'store_id', 'category', 'pattern', 'slot', 'currency']) }}

-- Each slot is measured by the days a store was open in it: a month or year has not as many Mondays as Fridays.

with source_days as (

    select
        source,
        last_whole_day,
        first_whole_day,
        subtractDays(last_whole_day, {{ window_days }}) as day_before_weeks,
        {{ month_start('addDays(last_whole_day, 1)') }} as months_end,
        subtractMonths(months_end, {{ months }}) as months_start
    from {{ ref('int_source_days_completed') }}

),

categories as (

    select source, product_id, category from {{ ref('dim_product') }} where is_current and source != ''

),

days_open as (

    select
        source, store_id, date_key,
        date_key > day_before_weeks as is_in_weeks,
        date_key >= months_start and date_key < months_end as is_in_months
    from {{ ref('int_store_days_opened') }}
    inner join source_days using (source)
    where is_open and date_key between first_whole_day and last_whole_day

),

sales as (

    select
        source, store_id, currency, date_key, ifNull(category, 'not stated') as category,
        sum(daily.units_sold) as units_sold, sum(daily.sales_amount) as sales_amount
    from {{ ref('mart_sales_daily') }} as daily
    left join categories using (source, product_id)
    where sale_lines > 0
        and date_key >= (select min(least(months_start, addDays(day_before_weeks, 1))) from source_days)
    group by source, store_id, currency, date_key, category

),

days_sold as (

    select
        source, store_id, currency, category, units_sold, sales_amount,
        arrayFilter(slot -> slot.3, [
            ('weekday', toDayOfWeek(date_key), is_in_weeks), ('month', toMonth(date_key), is_in_months)
        ]) as slots_of_day
    from sales
    inner join days_open using (source, store_id, date_key)

),

hours as (

    select
        source, store_id, currency, date_key, local_hour,
        sum(hourly.transactions) as transactions, sum(hourly.units_sold) as units_sold,
        sum(hourly.sales_amount) as sales_amount
    from {{ ref('mart_sales_hourly') }} as hourly
    group by source, store_id, currency, date_key, local_hour

),

slots_sold as (

    select
        source, store_id, currency, category, slot_of_day.1 as pattern, slot_of_day.2 as slot,
        0 as transactions, sum(days_sold.units_sold) as units_sold, sum(days_sold.sales_amount) as sales_amount
    from days_sold
    array join slots_of_day as slot_of_day
    group by source, store_id, currency, category, pattern, slot

    union all

    select
        source, store_id, currency, 'all categories' as category, 'weekday and hour' as pattern,
        toDayOfWeek(date_key) * 100 + local_hour as slot,
        sum(hours.transactions), sum(hours.units_sold), sum(hours.sales_amount)
    from hours
    inner join days_open using (source, store_id, date_key)
    where is_in_weeks
    group by source, store_id, currency, slot

),

slots_open as (

    select source, store_id, 'weekday' as pattern, toDayOfWeek(date_key) as slot, count() as days
    from days_open
    where is_in_weeks
    group by source, store_id, slot

    union all

    select source, store_id, 'month', toMonth(date_key) as slot, count()
    from days_open
    where is_in_months
    group by source, store_id, slot

    union all

    select source, store_id, 'weekday and hour', toDayOfWeek(date_key) * 100 + hour as slot, count()
    from days_open
    inner join (select distinct source, store_id, local_hour as hour from hours) as store_hours using (source, store_id)
    where is_in_weeks
    group by source, store_id, slot

),

series as (

    select
        source, store_id, currency, category, pattern,
        arraySort(groupArray((slot, transactions, units_sold, sales_amount))) as slots_sold,
        sum(sales.sales_amount) as all_sales_amount
    from slots_sold as sales
    group by source, store_id, currency, category, pattern

),

stores_open as (

    select
        source, store_id, pattern,
        arraySort(groupArray((slot, days))) as slots_open,
        sum(days) as all_days
    from slots_open
    group by source, store_id, pattern

),

-- A slot in which nothing was sold has a row all the same: the first of no slots is one of zeros.
seasonal_patterns as (

    select
        *,
        slot_open.1 as slot,
        slot_open.2 as days,
        arrayFirst(sold -> sold.1 = slot_open.1, slots_sold) as slot_sold
    from series
    inner join stores_open using (source, store_id, pattern)
    array join slots_open as slot_open

)

select
    -- ids
    source,
    store_id,

    -- strings
    cast(currency as LowCardinality(String)) as currency,
    cast(category as LowCardinality(String)) as category,
    cast(pattern as LowCardinality(String)) as pattern,

    -- numerics
    cast(slot as Int32) as slot,
    cast(days as Int64) as days,
    cast(slot_sold.2 as Int64) as transactions,
    cast(slot_sold.3 as Decimal(18, 3)) as units_sold,
    cast(slot_sold.4 as Decimal(18, 4)) as sales_amount,
    cast(all_days as Int64) as all_days,
    cast(all_sales_amount as Decimal(18, 4)) as all_sales_amount
from seasonal_patterns
