select
    -- keys of the dimensions
    cast(date_key as Date) as date_key,
    cast(store_key as Int64) as store_key,
    cast(product_key as Int64) as product_key,

    -- ids and strings
    cast(source as String) as source,
    cast(event_id as String) as event_id,
    cast(count_id as String) as count_id,
    cast(scope as String) as scope,

    -- units
    cast(counted_units as Decimal(18, 3)) as counted_units,
    cast(book_units as Decimal(18, 3)) as book_units,
    cast(correction_units as Decimal(18, 3)) as correction_units,

    -- money
    cast(ifNull(correction_amount, 0) as Decimal(18, 4)) as correction_amount,

    -- booleans
    cast(is_initial as Bool) as is_initial,
    cast(is_exact as Bool) as is_exact,
    cast(is_within_one as Bool) as is_within_one,

    -- dates and timestamps
    cast(counted_at as DateTime('UTC')) as counted_at
from {{ ref('fact_stock_counts') }}
