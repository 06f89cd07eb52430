select
    -- keys of the dimensions
    cast(store_key as Int64) as store_key,

    -- ids and strings
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(store_id as String) as store_id,
    cast(store_name as String) as store_name,
    cast(store_type as String) as store_type,
    cast(time_zone as String) as time_zone,
    cast(currency as String) as currency,
    cast(country as String) as country,
    cast(region as String) as region,
    cast(city as String) as city,

    -- units
    cast(ifNull(floor_area_m2, 0) as Decimal(18, 3)) as floor_area_m2,

    -- booleans
    cast(is_current as Bool) as is_current
from {{ ref('dim_store') }}
