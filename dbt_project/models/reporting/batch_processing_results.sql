select
    -- ids
    cast(source as String) as source,
    cast(business_date as Date) as business_date,
    cast(report as String) as report,
    cast(currency as String) as currency,
    cast(entity_id as String) as entity_id,
    cast(measure as String) as measure,

    -- strings
    cast(entity_name as String) as entity_name,
    cast(unit as String) as unit,

    -- rank
    cast(rank_number as Int64) as rank_number,
    cast(ifNull(results.comparison_rank, 0) as Int64) as comparison_rank,

    -- values, and whether there are any
    cast(ifNull(measured_value, 0) as Decimal(18, 6)) as measured_value,
    cast(ifNull(results.comparison_value, 0) as Decimal(18, 6)) as comparison_value,
    cast(isNotNull(results.measured_value) as Int64) as is_tracked,
    cast(isNotNull(results.comparison_value) as Int64) as is_compared,

    -- dates and timestamps
    cast(ifNull(results.comparison_date, subtractDays(results.business_date, 7)) as Date) as comparison_date,
    cast(made_at as DateTime('UTC')) as made_at
from {{ ref('stg_batch__results') }} as results
