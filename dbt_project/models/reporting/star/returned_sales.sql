-- Per day of sale; reasons and dispositions are summed away.
select
    -- keys of the dimensions
    cast(date_key as Date) as date_key,
    cast(store_key as Int64) as store_key,
    cast(product_key as Int64) as product_key,

    -- ids and strings
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,
    cast(channel as String) as channel,
    cast(currency as String) as currency,

    -- units
    cast(sum(returns.units_sold) as Decimal(18, 3)) as units_sold,
    cast(sum(returns.units_sold_that_came_back) as Decimal(18, 3)) as units_sold_that_came_back
from {{ ref('mart_returns') }} as returns
group by date_key, store_key, product_key, source, store_id, product_id, channel, currency
