{{ config(order_by=['source', 'store_id', 'date_key', 'product_id', 'reference', 'return_reason', 'return_disposition']) }}

-- What was sold and what came back are summed apart and put under each other: joined by day, a return would repeat its sale.

with lines_returned as (

    select * from {{ ref('fact_sales') }} where event_type = 'return' and line_type = 'merchandise'

),

lines_sold as (

    select source, store_id, transaction_id, line_number, date_key as sold_on
    from {{ ref('fact_sales') }}
    where event_type = 'sale'
        and (source, store_id, transaction_id, line_number) in (
            select source, store_id, assumeNotNull(returned_transaction_id), assumeNotNull(returned_line_number)
            from lines_returned
            where isNotNull(returned_transaction_id)
        )

),

returns_matched as (

    select
        lines_returned.*,
        sold_on,
        multiIf(
            isNotNull(sold_on), 'sale known', isNull(returned_transaction_id), 'unreferenced', 'sale not found'
        ) as reference
    from lines_returned
    left join lines_sold
        on lines_returned.source = lines_sold.source and lines_returned.store_id = lines_sold.store_id
        and lines_returned.returned_transaction_id = lines_sold.transaction_id
        and lines_returned.returned_line_number = lines_sold.line_number

),

units_moved as (

    select
        source, store_id, product_id, date_key, currency, '' as reference, '' as reason, '' as disposition,
        units_sold as sold_units, sales_amount as sold_amount,
        0 as returned_units, 0 as returned_amount, 0 as units_of_sale, 0 as amount_of_sale
    from {{ ref('mart_sales_daily') }}
    where sale_lines > 0

    union all

    select
        source, store_id, product_id, date_key, currency, reference, ifNull(return_reason, 'not stated'),
        ifNull(return_disposition, 'not stated'), 0, 0, -quantity, -net_amount, 0, 0
    from returns_matched

    union all

    select
        source, store_id, product_id, assumeNotNull(sold_on), currency, reference, ifNull(return_reason, 'not stated'),
        ifNull(return_disposition, 'not stated'), 0, 0, 0, 0, -quantity, -net_amount
    from returns_matched
    where isNotNull(sold_on)

),

returns_summed as (

    select
        source, store_id, product_id, date_key, currency, reference, reason, disposition,
        sum(sold_units) as units_sold,
        sum(sold_amount) as sales_amount,
        sum(returned_units) as units_returned,
        sum(returned_amount) as returns_amount,
        sum(units_of_sale) as units_sold_that_came_back,
        sum(amount_of_sale) as amount_sold_that_came_back
    from units_moved
    group by source, store_id, product_id, date_key, currency, reference, reason, disposition

)

select
    -- ids
    date_key,
    source,
    store_id,
    product_id,

    -- strings
    currency,
    cast(reference as LowCardinality(String)) as reference,
    cast(reason as LowCardinality(String)) as return_reason,
    cast(disposition as LowCardinality(String)) as return_disposition,

    -- sold on the day, and what of it came back
    cast(units_sold as Decimal(18, 3)) as units_sold,
    cast(sales_amount as Decimal(18, 4)) as sales_amount,
    cast(units_sold_that_came_back as Decimal(18, 3)) as units_sold_that_came_back,
    cast(amount_sold_that_came_back as Decimal(18, 4)) as amount_sold_that_came_back,

    -- came back on the day
    cast(units_returned as Decimal(18, 3)) as units_returned,
    cast(returns_amount as Decimal(18, 4)) as returns_amount
from returns_summed
