{{ config(tags=['predicted']) }}

select
    -- keys of the dimensions
    cast(store_key as Int64) as store_key,
    cast(product_key as Int64) as product_key,

    -- ids and strings
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,
    cast(model as String) as model,
    cast(demand_class as String) as demand_class,

    -- units
    cast(ifNull(actual_units, 0) as Decimal(18, 3)) as actual_units,

    -- numbers
    cast(horizon_days as Int64) as horizon_days,
    cast(predicted_units as Float64) as predicted_units,
    cast(lower_units as Float64) as lower_units,
    cast(upper_units as Float64) as upper_units,

    -- booleans
    cast(is_champion as Bool) as is_champion,
    cast(is_over as Bool) as is_over,
    cast(is_demand_constrained as Bool) as is_demand_constrained,

    -- dates and timestamps
    cast(target_date as Date) as target_date,
    cast(made_date as Date) as made_date
from {{ ref('fact_ml_predictions') }}
