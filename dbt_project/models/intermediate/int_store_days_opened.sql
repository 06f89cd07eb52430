{{ config(materialized='table', order_by=['source', 'store_id', 'date_key']) }}

with stores as (

    select * from {{ ref('dim_store') }} where source != ''

),

sources as (

    select * from {{ ref('int_sources_dated') }}

),

-- A place that moves stock and is in no catalogue: always open, on UTC.
places_unknown as (

    select distinct source, location_id as store_id, 'UTC' as time_zone
    from (
        select source, location_id from {{ ref('stg_events__inventory_movements') }}
        union all
        select source, location_id from {{ ref('stg_events__stock_counts') }}
    )
    where (source, location_id) not in (select source, store_id from stores)

),

stores_located as (

    select source, store_id, argMax(time_zone, valid_from) as time_zone
    from stores
    group by source, store_id

    union all

    select * from places_unknown

),

-- A day earlier and later than UTC's, for clocks that are ahead or behind.
days as (

    select
        source,
        store_id,
        time_zone,
        as_of,
        arrayJoin(arrayMap(
            offset -> addDays(toDate32(first_event_at), offset - 1),
            range(toUInt32(dateDiff('day', toDate32(first_event_at), toDate32(as_of)) + 3))
        )) as date_key,
        toInt64(toUnixTimestamp(toDateTime(date_key, 'UTC'))) as midnight
    from stores_located
    inner join sources using (source)

),

days_started as (

    select
        *,
        {{ utc_of_local('midnight', 'time_zone') }} as starts,
        {{ utc_of_local('(midnight + 86400)', 'time_zone') }} as ends,
        fromUnixTimestamp64Milli(starts * 1000, 'UTC') as starts_at,
        fromUnixTimestamp64Milli(ends * 1000, 'UTC') as ends_at
    from days

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
        is_planned and not ifNull(holidays.is_closed, false) as is_open,
        -- Of a day that is not over, what has passed by now.
        toInt32(if(is_open, greatest(dateDiff('second', opens_at, least(closes_at, as_of)), 0), 0) / 60) as open_minutes,
        ends_at <= as_of as is_over,
        cityHash64(opens_at, closes_at, is_open, open_minutes, starts_at, ends_at) as _day_key
    from days_with_hours
    left join {{ ref('int_holidays_settled') }} as holidays
        on days_with_hours.source = holidays.source and days_with_hours.region = holidays.region
        and days_with_hours.date_key = holidays.holiday_date
    where starts_at <= as_of

)

select * from store_days_opened
