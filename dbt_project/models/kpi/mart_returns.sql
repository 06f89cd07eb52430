{{ config(materialized='view') }}

-- What was sold and what came back lie under each other: joined by day, a return would repeat its sale. A view, because
-- most of it is in the daily mart.

with sold as (

    select
        date_key, store_key, product_key, source, store_id, product_id, channel, currency,
        '' as reference, '' as return_reason, '' as return_disposition,
        units_sold, sales_amount,
        0 as units_sold_that_came_back, 0 as amount_sold_that_came_back, 0 as units_returned, 0 as returns_amount
    from {{ ref('mart_sales_daily') }}
    where sale_lines > 0

),

returned as (

    select
        date_key, store_key, product_key, source, store_id, product_id, channel, currency,
        toString(reference), toString(return_reason), toString(return_disposition),
        0, 0,
        units_sold_that_came_back, amount_sold_that_came_back, units_returned, returns_amount
    from {{ ref('mart_returns_dated') }}

),

sold_and_returned as (

    select * from sold
    union all
    select * from returned

)

select
    -- keys of the dimensions
    date_key,
    store_key,
    product_key,

    -- ids
    source,
    store_id,
    product_id,

    -- strings
    channel,
    currency,
    cast(reference as LowCardinality(String)) as reference,
    cast(return_reason as LowCardinality(String)) as return_reason,
    cast(return_disposition as LowCardinality(String)) as return_disposition,

    -- sold on the day, and what of it came back
    cast(units_sold as Decimal(18, 3)) as units_sold,
    cast(sales_amount as Decimal(18, 4)) as sales_amount,
    cast(units_sold_that_came_back as Decimal(18, 3)) as units_sold_that_came_back,
    cast(amount_sold_that_came_back as Decimal(18, 4)) as amount_sold_that_came_back,

    -- came back on the day
    cast(units_returned as Decimal(18, 3)) as units_returned,
    cast(returns_amount as Decimal(18, 4)) as returns_amount
from sold_and_returned
