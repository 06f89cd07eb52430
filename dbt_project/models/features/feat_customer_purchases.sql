{{ config(order_by=['source', 'customer_id']) }}

with customers as (

    select source, customer_key, customer_id from {{ ref('dim_customer') }} where customer_key != 0

),

source_days as (

    select source, last_whole_day from {{ ref('int_source_days_completed') }}

),

-- Several tickets of a day are one purchase: the models of value know no time of day.
days as (

    select
        source,
        customer_key,
        currency,
        date_key,
        max(last_whole_day) as known_until_date,
        max(tickets.is_transaction) as has_bought,
        sum(tickets.sales_amount) as sales_amount,
        sum(tickets.net_revenue) as net_revenue,
        sum(tickets.cost_tracked_revenue) as cost_tracked_revenue,
        sum(tickets.cogs_amount) as cogs_amount
    from {{ ref('fact_tickets') }} as tickets
    inner join source_days using (source)
    where customer_key != 0 and date_key <= last_whole_day
    group by source, customer_key, currency, date_key

),

days_summed as (

    select
        source,
        customer_key,
        currency,
        max(days.known_until_date) as known_until_date,
        countIf(has_bought) as purchase_days,
        minIf(date_key, has_bought) as first_purchase_date,
        maxIf(date_key, has_bought) as last_purchase_date,
        argMinIf(days.sales_amount, date_key, has_bought) as first_sales_amount,
        sum(days.sales_amount) as sales_amount,
        sum(days.net_revenue) as net_revenue,
        sum(days.cost_tracked_revenue) as cost_tracked_revenue,
        sum(days.cogs_amount) as cogs_amount
    from days
    group by source, customer_key, currency
    having purchase_days > 0

),

-- Amounts of different currencies do not add up: those of the currency of most purchases count.
purchases as (

    select * from days_summed
    order by purchase_days desc, currency desc
    limit 1 by source, customer_key

)

select
    -- ids
    source,
    customer_id,

    -- strings
    currency,

    -- counts
    cast(purchase_days - 1 as Int64) as repeat_days,
    cast(dateDiff('day', first_purchase_date, last_purchase_date) as Int64) as recency_days,
    cast(dateDiff('day', first_purchase_date, known_until_date) as Int64) as age_days,

    -- money
    cast(sales_amount - first_sales_amount as Decimal(18, 4)) as repeat_sales_amount,
    cast(sales_amount as Decimal(18, 4)) as sales_amount,
    cast(net_revenue as Decimal(18, 4)) as net_revenue,
    cast(cost_tracked_revenue as Decimal(18, 4)) as cost_tracked_revenue,
    cast(cogs_amount as Decimal(18, 4)) as cogs_amount,

    -- dates
    first_purchase_date,
    last_purchase_date,
    known_until_date
from purchases
inner join customers using (source, customer_key)
