{{ config(tags=['estimated']) }}

select
    -- ids and strings
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(concat(source, '|', product_id) as String) as item,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,

    -- units
    cast(book_units as Decimal(18, 3)) as book_units,

    -- money
    cast(ifNull(silent.estimated_weekly_loss, 0) as Decimal(18, 4)) as estimated_weekly_loss,

    -- numbers
    cast(days_silent as Int64) as days_silent,
    cast(estimated_phantom_probability as Float64) as estimated_phantom_probability,

    -- booleans
    cast(is_suspected as Bool) as is_suspected,

    -- dates and timestamps
    cast(silent_from as DateTime('UTC')) as silent_from
from {{ ref('mart_phantom_stock') }} as silent
