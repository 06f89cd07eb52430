{{ config(tags=['estimated', 'predicted']) }}

select
    -- ids
    cast(source as String) as source,
    cast(product_id as String) as product_id,
    cast(currency as String) as currency,

    -- strings
    cast(category as String) as category,
    cast(advice as String) as advice,

    -- numerics
    cast(estimated_elasticity as Float64) as estimated_elasticity,
    cast(elasticity_deviation as Float64) as elasticity_deviation,
    cast(estimated_units_per_day as Float64) as estimated_units_per_day,
    cast(price_change as Float64) as price_change,

    -- money
    cast(round(regular_price, 2) as Decimal(18, 2)) as regular_price,
    cast(round(unit_cost, 2) as Decimal(18, 2)) as unit_cost,
    cast(round(advised_price, 2) as Decimal(18, 2)) as advised_price,
    cast(round(estimated_gain, 2) as Decimal(18, 2)) as estimated_gain,
    cast(round(estimated_least_gain, 2) as Decimal(18, 2)) as estimated_least_gain
from {{ ref('mart_price_advice') }}
