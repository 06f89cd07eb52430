select
    -- ids
    cast(source as String) as source,
    cast(customer_id as String) as customer_id,
    cast(product_id as String) as product_id,
    cast(because_of_product_id as String) as because_of_product_id,

    -- counts
    cast(rank as Int64) as rank,

    -- numerics
    cast(lift as Float64) as lift
from {{ ref('mart_next_products') }}
