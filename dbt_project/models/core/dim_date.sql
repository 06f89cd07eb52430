{{ config(order_by='date_key') }}

with days_known as (

    select business_date as day from {{ ref('stg_events__ticket_lines') }}
    union all
    select business_date from {{ ref('stg_events__store_days_closed') }}
    union all
    select toDate32(moved_at) from {{ ref('stg_events__inventory_movements') }}
    union all
    select toDate32(as_of) from {{ ref('int_sources_dated') }}

),

holidays_by_day as (

    select
        holiday_date,
        arrayStringConcat(arraySort(groupUniqArray(holiday_name)), ', ') as holiday_name,
        arrayStringConcat(arraySort(groupUniqArray(region)), ', ') as holiday_regions,
        max(is_closed) as is_closed_somewhere
    from {{ ref('int_holidays_settled') }}
    group by holiday_date

),

-- A year before the first day known, for comparisons; a year after the last, for forecasts.
span as (

    select
        makeDate32(toYear(min(day)) - 1, 1, 1) as first_day,
        makeDate32(toYear(max(day)) + 1, 12, 31) as last_day
    from days_known

),

days as (

    select arrayJoin(
        arrayMap(offset -> addDays(first_day, offset), range(toUInt32(dateDiff('day', first_day, last_day) + 1)))
    ) as day
    from span

),

retail_years_started as (

    select
        day,
        {{ retail_year_start('toYear(day)') }} as start_in_this_year,
        if(day >= start_in_this_year, toYear(day), toYear(day) - 1) as retail_year,
        {{ retail_year_start('retail_year') }} as retail_year_start_date,
        intDiv(dateDiff('day', retail_year_start_date, day), 7) + 1 as retail_week
    from days

),

days_described as (

    select
        *,
        -- 4-5-4: weeks 1-4, 5-9, 10-13 of each quarter; week 53 belongs to the last month
        least(intDiv(retail_week - 1, 13) + 1, 4) as retail_quarter,
        (retail_week - 1) - (retail_quarter - 1) * 13 as week_in_quarter,
        (retail_quarter - 1) * 3 + multiIf(week_in_quarter < 4, 1, week_in_quarter < 9, 2, 3) as retail_month
    from retail_years_started

)

select
    -- ids
    day as date_key,

    -- calendar
    cast(toYear(day) as Int32) as year,
    cast(toQuarter(day) as Int32) as quarter,
    cast(toMonth(day) as Int32) as month,
    cast(dateName('month', day) as LowCardinality(String)) as month_name,
    makeDate32(toYear(day), toMonth(day), 1) as month_start_date,
    cast(toDayOfMonth(day) as Int32) as day_of_month,
    cast(toDayOfYear(day) as Int32) as day_of_year,

    -- ISO weeks
    cast(toISOYear(day) as Int32) as iso_year,
    cast(toISOWeek(day) as Int32) as iso_week,
    {{ iso_week_start('day') }} as iso_week_start_date,
    cast(toDayOfWeek(day) as Int32) as iso_weekday,
    cast(dateName('weekday', day) as LowCardinality(String)) as weekday_name,

    -- retail 4-5-4
    cast(retail_year as Int32) as retail_year,
    cast(retail_quarter as Int32) as retail_quarter,
    cast(retail_month as Int32) as retail_month,
    cast(retail_week as Int32) as retail_week,
    retail_year_start_date,

    -- comparison
    subtractDays(day, 364) as same_weekday_last_year,

    -- holidays
    cast(ifNull(holidays_by_day.holiday_name, '') as String) as holiday_name,
    cast(ifNull(holidays_by_day.holiday_regions, '') as String) as holiday_regions,

    -- booleans
    cast(toDayOfWeek(day) >= 6 as Bool) as is_weekend,
    cast(isNotNull(holidays_by_day.holiday_name) as Bool) as is_holiday,
    cast(ifNull(holidays_by_day.is_closed_somewhere, false) as Bool) as is_closed_somewhere
from days_described
left join holidays_by_day on days_described.day = holidays_by_day.holiday_date
