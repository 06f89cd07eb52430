{{ config(tags=['estimated']) }}

with frontier as (

    select * from {{ ref('mart_stock_frontier') }}

)

select
    -- ids
    cast(source as String) as source,

    -- strings
    cast(abc_class as String) as abc_class,
    cast(estimated_demand_class as String) as estimated_demand_class,

    -- numerics
    level_multiplier,
    series_count,
    estimated_wanted_units,
    estimated_lost_units,
    cast(
        if(frontier.estimated_wanted_units > 0,
            1 - toFloat64(frontier.estimated_lost_units) / toFloat64(frontier.estimated_wanted_units), 1.)
        as Float64
    ) as estimated_fill_rate,
    cast(round(frontier.estimated_stock_value, 2) as Decimal(18, 2)) as estimated_stock_value
from frontier
