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
        arrayJoin(arrayMap(
            offset -> addDays(toDate32(first_event_at), offset - 1),
            range(toUInt32(dateDiff('day', toDate32(first_event_at), toDate32(greatest(last_event_at, as_of))) + 3))
        )) as date_key,
        toInt64(toUnixTimestamp(toDateTime(date_key, 'UTC'))) as midnight
    from stores_located
    inner join sources using (source)

),

store_days_started as (

    select
        source,
        store_id,
        date_key,
        time_zone,
        midnight,
        fromUnixTimestamp64Milli({{ utc_of_local('midnight', 'time_zone') }} * 1000, 'UTC') as starts_at,
        fromUnixTimestamp64Milli({{ utc_of_local('(midnight + 86400)', 'time_zone') }} * 1000, 'UTC') as ends_at
    from days

)

select * from store_days_started
