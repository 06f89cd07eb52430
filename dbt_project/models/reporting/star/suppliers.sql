select
    -- keys of the dimensions
    cast(supplier_key as Int64) as supplier_key,

    -- ids and strings
    cast(source as String) as source,
    cast(supplier_id as String) as supplier_id,
    cast(supplier_name as String) as supplier_name,
    cast(country as String) as country,

    -- booleans
    cast(is_own_depot as Bool) as is_own_depot,
    cast(is_current as Bool) as is_current
from {{ ref('dim_supplier') }}
