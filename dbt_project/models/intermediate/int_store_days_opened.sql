{{ config(materialized='table', order_by=['source', 'store_id', 'date_key']) }}

with stores as (

    select * from {{ ref('dim_store') }} where source != ''

),

sources as (

    select * from {{ ref('int_sources_dated') }}

),

days_started as (

    select days.*, as_of
    from {{ ref('int_store_days_started') }} as days
    inner join sources using (source)
    where starts_at <= as_of

),

-- What was in force when the day began.
days_with_hours as (

    select
        days_started.*,
        ifNull(stores.store_key, 0) as store_key,
        stores.region as region,
        midnight + {{ clock_seconds("ifNull(stores.opens_at, '00:00')") }} as opens_local,
        midnight + {{ clock_seconds("ifNull(stores.closes_at, '24:00')") }} as closes_on_clock,
        if(closes_on_clock > opens_local, closes_on_clock, closes_on_clock + 86400) as closes_local,
        position(ifNull(stores.open_weekdays, '1,2,3,4,5,6,7'), toString(toDayOfWeek(date_key))) > 0
            and ifNull(date_key >= stores.opened_date, true)
            and ifNull(date_key < stores.closed_date, true) as is_planned
    from days_started
    asof left join stores
        on days_started.source = stores.source and days_started.store_id = stores.store_id
        and days_started.starts_at >= stores.valid_from

),

store_days_opened as (

    select
        days_with_hours.source as source,
        store_id,
        date_key,
        store_key,
        starts_at,
        ends_at,
        fromUnixTimestamp64Milli({{ utc_of_local('opens_local', 'time_zone') }} * 1000, 'UTC') as opens_at,
        fromUnixTimestamp64Milli({{ utc_of_local('closes_local', 'time_zone') }} * 1000, 'UTC') as closes_at,
        -- Of a day that is not over, what has passed by now.
        least(closes_at, as_of) as open_until,
        is_planned and not ifNull(holidays.is_closed, false) as is_open,
        toInt32(if(is_open, greatest(dateDiff('second', opens_at, open_until), 0), 0) / 60) as open_minutes,
        ends_at <= as_of as is_over,
        cityHash64(store_key, opens_at, closes_at, is_open, open_minutes, starts_at, ends_at) as _day_key
    from days_with_hours
    left join {{ ref('int_holidays_settled') }} as holidays
        on days_with_hours.source = holidays.source and days_with_hours.region = holidays.region
        and days_with_hours.date_key = holidays.holiday_date

)

select * from store_days_opened
