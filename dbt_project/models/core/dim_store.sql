{{ config(order_by=['source', 'store_id', 'valid_from']) }}

with locations as (

    select * from {{ ref('stg_events__locations') }}

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

{{ versions('locations', ['location_id'], [
    'location_name', 'location_type', 'time_zone', 'currency', 'country', 'region', 'city', 'floor_area_m2',
    'opens_at', 'closes_at', 'open_weekdays', 'opened_date', 'closed_date'
]) }},

stores_versioned as (

    select
        {{ surrogate_key(['source', 'location_id', 'valid_from']) }} as store_key,
        versions.* except (source),
        versions.source as source,
        sources.as_of >= valid_from and sources.as_of < valid_to as is_current
    from versions
    inner join sources on versions.source = sources.source

),

unknown as (

    select
        0 as store_key, '' as location_id, 'Unknown store' as location_name, 'store' as location_type,
        'UTC' as time_zone, '' as currency, null as country, null as region, null as city, null as floor_area_m2,
        null as opens_at, null as closes_at, null as open_weekdays, null as opened_date, null as closed_date,
        {{ beginning_of_time() }} as valid_from, {{ end_of_time() }} as valid_to, '' as source, true as is_current

),

stores_and_unknown as (

    select * from stores_versioned
    union all
    select * from unknown

)

select
    -- ids
    cast(store_key as Int64) as store_key,
    cast(source as LowCardinality(String)) as source,
    cast(location_id as LowCardinality(String)) as store_id,

    -- strings
    cast(location_name as String) as store_name,
    cast(location_type as LowCardinality(String)) as store_type,
    cast(time_zone as LowCardinality(String)) as time_zone,
    cast(currency as LowCardinality(String)) as currency,
    cast(ifNull(country, 'not stated') as LowCardinality(String)) as country,
    cast(ifNull(region, 'not stated') as LowCardinality(String)) as region,
    cast(ifNull(city, 'not stated') as LowCardinality(String)) as city,
    cast(opens_at as Nullable(String)) as opens_at,
    cast(closes_at as Nullable(String)) as closes_at,
    cast(open_weekdays as Nullable(String)) as open_weekdays,

    -- numerics
    cast(floor_area_m2 as Nullable(Decimal(18, 3))) as floor_area_m2,

    -- booleans
    cast(is_current as Bool) as is_current,

    -- dates and timestamps
    cast(opened_date as Nullable(Date32)) as opened_date,
    cast(closed_date as Nullable(Date32)) as closed_date,
    cast(valid_from as DateTime64(3, 'UTC')) as valid_from,
    cast(valid_to as DateTime64(3, 'UTC')) as valid_to
from stores_and_unknown
