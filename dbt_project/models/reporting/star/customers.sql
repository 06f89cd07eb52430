select
    -- keys of the dimensions
    cast(customer_key as Int64) as customer_key,

    -- ids and strings
    cast(source as String) as source,
    cast(customer_id as String) as customer_id,
    cast(ifNull(home_store_id, 'not stated') as String) as home_store_id,
    cast(city as String) as city,
    cast(country as String) as country,

    -- booleans
    cast(is_inferred as Bool) as is_inferred
from {{ ref('dim_customer') }}
