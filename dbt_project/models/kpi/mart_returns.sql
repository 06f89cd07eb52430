{{ config(
    order_by=['source', 'store_id', 'date_key', 'product_id', 'reference', 'return_reason', 'return_disposition'],
    query_settings={'join_use_nulls': 1, 'optimize_aggregation_in_order': 1}
) }}

-- What was sold and what came back are summed apart and put under each other: joined by day, a return would repeat its
-- sale.

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

-- Summed as the mart lies; together with the returns it would be a hash of millions of rows.
sold_by_day as (

    select
        source, store_id, date_key, product_id, currency, '' as reference, '' as reason, '' as disposition,
        sum(daily.units_sold) as units_sold,
        sum(daily.sales_amount) as sales_amount,
        toDecimal128(0, 3) as units_returned,
        toDecimal128(0, 4) as returns_amount,
        toDecimal128(0, 3) as units_of_sale,
        toDecimal128(0, 4) as amount_of_sale
    from {{ ref('mart_sales_daily') }} as daily
    where sale_lines > 0
    group by source, store_id, date_key, product_id, currency

),

returns_dated as (

    select
        source, store_id, date_key, product_id, currency, reference, return_reason, return_disposition,
        -quantity as units_returned, -net_amount as returns_amount, 0 as units_of_sale, 0 as amount_of_sale
    from returns_matched

    union all

    select
        source, store_id, assumeNotNull(sold_on), product_id, currency, reference, return_reason, return_disposition,
        0, 0, -quantity, -net_amount
    from returns_matched
    where isNotNull(sold_on)

),

returned_by_day as (

    select
        source, store_id, date_key, product_id, currency, reference,
        ifNull(return_reason, 'not stated') as reason,
        ifNull(return_disposition, 'not stated') as disposition,
        toDecimal128(0, 3) as units_sold,
        toDecimal128(0, 4) as sales_amount,
        sum(dated.units_returned) as units_returned,
        sum(dated.returns_amount) as returns_amount,
        sum(dated.units_of_sale) as units_of_sale,
        sum(dated.amount_of_sale) as amount_of_sale
    from returns_dated as dated
    group by source, store_id, date_key, product_id, currency, reference, reason, disposition

),

sold_and_returned as (

    select * from sold_by_day
    union all
    select * from returned_by_day

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
    cast(units_of_sale as Decimal(18, 3)) as units_sold_that_came_back,
    cast(amount_of_sale as Decimal(18, 4)) as amount_sold_that_came_back,

    -- came back on the day
    cast(units_returned as Decimal(18, 3)) as units_returned,
    cast(returns_amount as Decimal(18, 4)) as returns_amount
from sold_and_returned
