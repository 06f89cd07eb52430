{{ config(tags=['estimated', 'predicted']) }}

select
    -- ids
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,
    cast(currency as String) as currency,

    -- strings
    cast(category as String) as category,
    cast(reason as String) as reason,

    -- counts
    cast(days_left as Int64) as days_left,

    -- numerics
    cast(units_to_clear as Decimal(18, 3)) as units_to_clear,
    cast(advised_markdown as Float64) as advised_markdown,
    cast(estimated_units_left as Decimal(18, 3)) as estimated_units_left,
    cast(estimated_units_left_without as Decimal(18, 3)) as estimated_units_left_without,

    -- money
    cast(round(estimated_gain, 2) as Decimal(18, 2)) as estimated_gain,

    -- dates
    cast(stock_date as Date) as stock_date
from {{ ref('mart_markdown_advice') }}
