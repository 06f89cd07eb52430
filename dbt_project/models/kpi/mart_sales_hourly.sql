{{ config(order_by=['source', 'store_id', 'date_key', 'local_hour', 'channel', 'currency']) }}

with tickets as (

    select * from {{ ref('fact_tickets') }}

),

store_days as (

    select source, store_id, date_key, starts_at, ends_at from {{ ref('int_store_days_opened') }}

),

-- On the days on which clocks change, the hours before the change count from the day's start, the others from its end;
-- only the hour of the change itself may be off by one.
tickets_timed as (

    select
        tickets.*,
        customer_key != 0 as is_known,
        dateDiff('second', starts_at, sold_at) as seconds_since_start,
        if(
            seconds_since_start < 7200, seconds_since_start, 86400 - dateDiff('second', sold_at, ends_at)
        ) as seconds_on_clock,
        -- A place the catalogue does not know is on UTC, as in the ledger.
        if(isNull(starts_at), toHour(sold_at), intDiv(positiveModulo(seconds_on_clock, 86400), 3600)) as local_hour
    from tickets
    left join store_days using (source, store_id, date_key)

),

hours_summed as (

    select
        source, store_id, date_key, local_hour, channel, currency,

        countIf(is_transaction) as transactions,
        countIf(is_transaction and is_known) as known_transactions,
        countIf(tickets_timed.sale_lines = 1) as one_line_transactions,
        countIf(tickets_timed.sale_lines between 2 and 4) as two_to_four_line_transactions,
        countIf(tickets_timed.sale_lines between 5 and 9) as five_to_nine_line_transactions,
        countIf(tickets_timed.sale_lines >= 10) as ten_or_more_line_transactions,
        sum(tickets_timed.sale_lines) as sale_lines,
        sum(tickets_timed.units_sold) as units_sold,
        sum(tickets_timed.sales_amount) as sales_amount,
        sumIf(tickets_timed.sales_amount, is_known) as known_sales_amount,
        sum(tickets_timed.net_revenue) as net_revenue,
        sumIf(tickets_timed.net_revenue, is_known) as known_net_revenue
    from tickets_timed
    group by source, store_id, date_key, local_hour, channel, currency

)

select
    -- ids
    source,
    store_id,
    date_key,
    cast(local_hour as Int32) as local_hour,
    channel,
    currency,

    -- counts
    cast(transactions as Int64) as transactions,
    cast(known_transactions as Int64) as known_transactions,
    cast(one_line_transactions as Int64) as one_line_transactions,
    cast(two_to_four_line_transactions as Int64) as two_to_four_line_transactions,
    cast(five_to_nine_line_transactions as Int64) as five_to_nine_line_transactions,
    cast(ten_or_more_line_transactions as Int64) as ten_or_more_line_transactions,
    cast(sale_lines as Int64) as sale_lines,

    -- units and money
    cast(units_sold as Decimal(18, 3)) as units_sold,
    cast(sales_amount as Decimal(18, 4)) as sales_amount,
    cast(known_sales_amount as Decimal(18, 4)) as known_sales_amount,
    cast(net_revenue as Decimal(18, 4)) as net_revenue,
    cast(known_net_revenue as Decimal(18, 4)) as known_net_revenue
from hours_summed
