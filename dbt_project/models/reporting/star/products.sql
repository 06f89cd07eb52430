select
    -- keys of the dimensions
    cast(product_key as Int64) as product_key,

    -- ids and strings
    cast(source as String) as source,
    cast(concat(source, '|', product_id) as String) as item,
    cast(product_id as String) as product_id,
    cast(product_name as String) as product_name,
    cast(department as String) as department,
    cast(category as String) as category,
    cast(brand as String) as brand,
    cast(ifNull(unit, 'not stated') as String) as unit,
    cast(line_type as String) as line_type,
    cast(status as String) as status,

    -- booleans
    cast(is_current as Bool) as is_current
from {{ ref('dim_product') }}
