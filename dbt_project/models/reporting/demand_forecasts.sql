{{ config(tags=['predicted']) }}

select
    -- ids and strings
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(category as String) as category,

    -- numerics
    series,
    predicted_units,
    lower_units,
    upper_units,
    independent_lower_units,
    independent_upper_units,

    -- dates
    cast(target_date as Date) as target_date,
    cast(made_date as Date) as made_date
from {{ ref('mart_demand_forecasts') }}
