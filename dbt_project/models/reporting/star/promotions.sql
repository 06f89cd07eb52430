select
    -- keys of the dimensions
    cast(promotion_key as Int64) as promotion_key,

    -- ids and strings
    cast(source as String) as source,
    cast(promotion_id as String) as promotion_id,
    cast(product_id as String) as product_id,
    cast(ifNull(store_id, 'all') as String) as store_id,
    cast(promotion_name as String) as promotion_name,
    cast(promotion_type as String) as promotion_type,

    -- numbers
    cast(ifNull(discount_rate, 0) as Float64) as discount_rate,

    -- booleans
    cast(is_inferred as Bool) as is_inferred
from {{ ref('dim_promotion') }}
