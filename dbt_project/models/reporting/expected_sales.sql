{{ config(tags=['estimated']) }}

with days as (

    select * from {{ ref('mart_sales_expected_hourly') }} where category = 'all'

),

hours as (

    select
        source, store_id, date_key, starts_at, estimated_dispersion,
        arrayJoin(arrayEnumerate(days.estimated_sale_lines)) as hour,
        arrayElement(days.estimated_sale_lines, hour) as expected_lines,
        arrayElement(days.sale_lines, hour) as lines,
        sqrt(expected_lines + estimated_dispersion * expected_lines * expected_lines) as spread
    from days

)

select
    -- ids
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(store_id as String) as store_id,
    cast(date_key as Date) as date_key,

    -- numbers
    cast(hour - 1 as Int64) as hour_of_day,
    cast(hours.lines as Float64) as sale_lines,
    cast(expected_lines as Float64) as estimated_sale_lines,
    cast(greatest(expected_lines - 1.96 * spread, 0) as Float64) as estimated_lower_lines,
    cast(expected_lines + 1.96 * spread as Float64) as estimated_upper_lines,

    -- timestamps
    cast(addHours(starts_at, hour - 1) as DateTime('UTC')) as hour_starts_at
from hours
