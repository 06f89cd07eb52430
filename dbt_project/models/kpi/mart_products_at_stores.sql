{{ config(order_by=['source', 'store_id', 'product_id', 'currency']) }}

with sales as (

    select * from {{ ref('mart_sales_daily') }} where sale_lines > 0

),

products_at_stores as (

    select
        source,
        store_id,
        product_id,
        currency,
        min(date_key) as first_sold_on,
        max(date_key) as last_sold_on,
        sum(sales.units_sold) as units_sold
    from sales
    group by source, store_id, product_id, currency

)

select
    -- ids
    source,
    store_id,
    product_id,

    -- strings
    currency,

    -- numerics
    cast(units_sold as Decimal(18, 3)) as units_sold,

    -- dates
    first_sold_on,
    last_sold_on
from products_at_stores
