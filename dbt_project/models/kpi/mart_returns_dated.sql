{{ config(order_by=['source', 'store_id', 'date_key', 'product_id']) }}

with lines_returned as (

    select * from {{ ref('fact_sales') }} where event_type = 'return' and line_type = 'merchandise'

),

lines_sold as (

    select
        source, store_id, transaction_id, line_number,
        date_key as sold_on, store_key as sold_store_key, product_key as sold_product_key, channel as sold_channel
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
        sold_on, sold_store_key, sold_product_key, sold_channel,
        multiIf(
            isNotNull(sold_on), 'sale known', isNull(returned_transaction_id), 'unreferenced', 'sale not found'
        ) as reference,
        -- on its own day, and on that of its sale
        arrayFilter(dated -> isNotNull(dated.1), [
            (toNullable(date_key), toNullable(store_key), toNullable(product_key), toNullable(toString(channel)), true),
            (sold_on, sold_store_key, sold_product_key, toNullable(toString(sold_channel)), false)
        ]) as days
    from lines_returned
    left join lines_sold
        on lines_returned.source = lines_sold.source and lines_returned.store_id = lines_sold.store_id
        and lines_returned.returned_transaction_id = lines_sold.transaction_id
        and lines_returned.returned_line_number = lines_sold.line_number

),

returns_dated as (

    select
        assumeNotNull(day.1) as dated_on,
        assumeNotNull(day.2) as dated_store_key,
        assumeNotNull(day.3) as dated_product_key,
        assumeNotNull(day.4) as dated_channel,
        source, store_id, product_id, currency, reference,
        ifNull(return_reason, 'not stated') as reason,
        ifNull(return_disposition, 'not stated') as disposition,
        sumIf(-lines.quantity, not day.5) as units_of_sale,
        sumIf(-lines.net_amount, not day.5) as amount_of_sale,
        sumIf(-lines.quantity, day.5) as units_returned,
        sumIf(-lines.net_amount, day.5) as returns_amount
    from returns_matched as lines
    array join days as day
    group by
        dated_on, dated_store_key, dated_product_key, dated_channel, source, store_id, product_id, currency, reference,
        reason, disposition

)

select
    -- keys of the dimensions
    dated_on as date_key,
    dated_store_key as store_key,
    dated_product_key as product_key,

    -- ids
    source,
    store_id,
    product_id,

    -- strings
    cast(dated_channel as LowCardinality(String)) as channel,
    currency,
    cast(reference as LowCardinality(String)) as reference,
    cast(reason as LowCardinality(String)) as return_reason,
    cast(disposition as LowCardinality(String)) as return_disposition,

    -- of what was sold on the day
    cast(units_of_sale as Decimal(18, 3)) as units_sold_that_came_back,
    cast(amount_of_sale as Decimal(18, 4)) as amount_sold_that_came_back,

    -- came back on the day
    cast(units_returned as Decimal(18, 3)) as units_returned,
    cast(returns_amount as Decimal(18, 4)) as returns_amount
from returns_dated
