select
    -- keys of the dimensions
    cast(date_key as Date) as date_key,

    -- ids and strings
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(store_id as String) as store_id,
    cast(category as String) as category,
    cast(currency as String) as currency,

    -- money
    cast(net_revenue as Decimal(18, 4)) as net_revenue,
    cast(net_revenue_last_year as Decimal(18, 4)) as net_revenue_last_year,
    cast(volume_amount as Decimal(18, 4)) as volume_amount,
    cast(price_amount as Decimal(18, 4)) as price_amount,
    cast(mix_amount as Decimal(18, 4)) as mix_amount
from {{ ref('mart_like_for_like') }}
