select
    -- keys of the dimensions
    cast(date_key as Date) as date_key,

    -- ids and strings
    cast(month_name as String) as month_name,
    cast(weekday_name as String) as weekday_name,
    cast(holiday_name as String) as holiday_name,

    -- numbers
    cast(year as Int64) as year,
    cast(quarter as Int64) as quarter,
    cast(month as Int64) as month,
    cast(day_of_month as Int64) as day_of_month,
    cast(iso_year as Int64) as iso_year,
    cast(iso_week as Int64) as iso_week,
    cast(iso_weekday as Int64) as iso_weekday,
    cast(retail_year as Int64) as retail_year,
    cast(retail_quarter as Int64) as retail_quarter,
    cast(retail_month as Int64) as retail_month,
    cast(retail_week as Int64) as retail_week,

    -- booleans
    cast(is_weekend as Bool) as is_weekend,
    cast(is_holiday as Bool) as is_holiday,

    -- dates and timestamps
    cast(month_start_date as Date) as month_start_date,
    cast(iso_week_start_date as Date) as iso_week_start_date,
    cast(same_weekday_last_year as Date) as same_weekday_last_year
from {{ ref('dim_date') }}
