{{ config(order_by=['source', 'store_id', 'date_key', 'product_id', 'cause'], tags=['estimated']) }}

with lost as (

    select * from {{ ref('int_lost_sales_estimated') }}

),

store_days as (

    select source, store_id, date_key, ends_at from {{ ref('int_store_days_opened') }}

),

prices as (

    select * from {{ ref('int_regular_prices_versioned') }}

),

costs as (

    select * from {{ ref('int_product_costs_versioned') }}

),

products as (

    select source, product_id, product_key, valid_from from {{ ref('dim_product') }}

),

lost_dated as (

    select lost.*, store_days.ends_at as ends_at
    from lost
    inner join store_days using (source, store_id, date_key)

),

-- A store's own price goes before the one that holds everywhere.
lost_priced as (

    select
        lost_dated.source as source,
        lost_dated.store_id as store_id,
        lost_dated.product_id as product_id,
        lost_dated.category as category,
        date_key, cause, units,
        ifNull(product_key, 0) as product_key,
        coalesce(own_prices.regular_price, common_prices.regular_price) as price,
        costs.unit_cost as cost
    from lost_dated
    asof left join (select * from prices where store_id != '') as own_prices
        on lost_dated.source = own_prices.source and lost_dated.store_id = own_prices.store_id
        and lost_dated.product_id = own_prices.product_id and lost_dated.ends_at > own_prices.valid_from
    asof left join (select * from prices where store_id = '') as common_prices
        on lost_dated.source = common_prices.source and lost_dated.product_id = common_prices.product_id
        and lost_dated.ends_at > common_prices.valid_from
    asof left join costs
        on lost_dated.source = costs.source and lost_dated.product_id = costs.product_id
        and lost_dated.ends_at > costs.valid_from
    asof left join products
        on lost_dated.source = products.source and lost_dated.product_id = products.product_id
        and lost_dated.ends_at > products.valid_from

)

select
    -- keys of the dimensions
    date_key,
    cast(product_key as Int64) as product_key,

    -- ids
    source,
    store_id,
    cast(product_id as LowCardinality(String)) as product_id,

    -- strings
    category,
    cast(cause as LowCardinality(String)) as cause,

    -- estimates
    cast(units as Decimal(18, 6)) as estimated_lost_units,
    cast(round(toDecimal128(units, 6) * price, 4) as Nullable(Decimal(18, 4))) as estimated_lost_amount,
    cast(round(toDecimal128(units, 6) * (price - cost), 4) as Nullable(Decimal(18, 4))) as estimated_lost_margin
from lost_priced
