{%- set window_days = 364 -%}
{{ config(order_by=['source', 'customer_id'], tags=['predicted']) }}

with customers as (

    select * from {{ ref('dim_customer') }} where customer_key != 0

),

source_days as (

    select * from {{ ref('int_source_days_completed') }}

),

segments as (

    select * from {{ ref('rfm_segments') }}

),

-- The last estimate made by now.
values_estimated as (

    select
        source,
        customer_id,
        argMax(made.currency, made_date) as value_currency,
        argMax(made.estimated_value, made_date) as estimated_value
    from {{ ref('stg_ml__customer_values') }} as made
    inner join source_days using (source)
    where made_date <= toDate32(as_of)
    group by source, customer_id

),

tickets as (

    select
        tickets.*,
        date_key > subtractDays(toDate32(as_of), {{ window_days }}) as is_in_window
    from {{ ref('fact_tickets') }} as tickets
    inner join source_days using (source)
    where customer_key != 0 and sold_at <= as_of

),

customers_by_currency as (

    select
        source,
        customer_key,
        currency,
        minIf(toNullable(date_key), is_transaction) as first_purchase_date,
        maxIf(toNullable(date_key), is_transaction) as last_purchase_date,
        countIf(is_transaction) as transactions,
        countIf(is_transaction and is_in_window) as window_transactions,
        (
            sum(tickets.sales_amount), sum(tickets.net_revenue), sumIf(tickets.net_revenue, is_in_window),
            sum(tickets.cost_tracked_revenue), sum(tickets.cogs_amount)
        ) as amounts
    from tickets
    group by source, customer_key, currency

),

-- Amounts of different currencies do not add up: those of the currency of most tickets count.
customers_summed as (

    select
        source,
        customer_key,
        min(first_purchase_date) as first_purchase_date,
        max(last_purchase_date) as last_purchase_date,
        sum(by_currency.transactions) as transactions,
        sum(by_currency.window_transactions) as window_transactions,
        argMax(by_currency.currency, (by_currency.transactions, by_currency.currency)) as currency,
        argMax(by_currency.amounts, (by_currency.transactions, by_currency.currency)) as amounts
    from customers_by_currency as by_currency
    group by source, customer_key

),

customers_valued as (

    select
        customers.customer_key as customer_key,
        customers.source as source,
        customers.customer_id as customer_id,
        customers.home_store_id as home_store_id,
        ifNull(summed.currency, '') as currency,
        ifNull(summed.transactions, 0) as transactions,
        ifNull(summed.window_transactions, 0) as window_transactions,
        ifNull(summed.amounts.1, 0) as sales_amount,
        ifNull(summed.amounts.2, 0) as net_revenue,
        ifNull(summed.amounts.3, 0) as window_net_revenue,
        ifNull(summed.amounts.4, 0) as cost_tracked_revenue,
        ifNull(summed.amounts.5, 0) as cogs_amount,
        customers.joined_date as joined_date,
        summed.first_purchase_date as first_purchase_date,
        summed.last_purchase_date as last_purchase_date,
        transactions > 0 as has_bought,
        if(has_bought, greatest(dateDiff('day', summed.last_purchase_date, toDate32(as_of)), 0), null) as recency_days
    from customers
    inner join source_days on customers.source = source_days.source
    left join customers_summed as summed
        on customers.source = summed.source and customers.customer_key = summed.customer_key

),

-- Equal values have equal ranks, so they get equal scores.
customers_ranked as (

    select
        *,
        count() over (partition by source, has_bought) as ranked,
        rank() over (partition by source, has_bought order by recency_days desc) as recency_rank,
        rank() over (partition by source, has_bought order by window_transactions) as frequency_rank,
        rank() over (partition by source, has_bought order by window_net_revenue) as monetary_rank
    from customers_valued

),

customers_scored as (

    select
        *,
        {% for score in ['recency', 'frequency', 'monetary'] %}
        toInt32(if(has_bought, 1 + intDiv(5 * ({{ score }}_rank - 1), ranked), 0))
            as {{ score }}_score{{ ',' if not loop.last }}
        {% endfor %}
    from customers_ranked

)

select
    -- keys of the dimensions
    customer_key,

    -- ids
    source,
    customer_id,
    home_store_id,

    -- strings
    cast(currency as LowCardinality(String)) as currency,
    cast(ifNull(segment_name, 'not stated') as LowCardinality(String)) as segment_name,

    -- scores
    recency_score,
    frequency_score,
    monetary_score,

    -- counts
    cast(recency_days as Nullable(Int32)) as recency_days,
    cast(transactions as Int64) as transactions,
    cast(window_transactions as Int64) as transactions_52_weeks,

    -- money
    cast(sales_amount as Decimal(18, 4)) as sales_amount,
    cast(net_revenue as Decimal(18, 4)) as net_revenue,
    cast(window_net_revenue as Decimal(18, 4)) as net_revenue_52_weeks,
    cast(cost_tracked_revenue as Decimal(18, 4)) as cost_tracked_revenue,
    cast(cogs_amount as Decimal(18, 4)) as cogs_amount,
    cast(if(value_currency = currency, estimated_value, null) as Nullable(Decimal(18, 4))) as estimated_lifetime_value,

    -- dates
    joined_date,
    first_purchase_date,
    last_purchase_date
from customers_scored
left join segments using (recency_score, frequency_score)
left join values_estimated using (source, customer_id)
