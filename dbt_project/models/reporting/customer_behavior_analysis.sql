{{ config(tags=['predicted']) }}

with customers as (

    select * from {{ ref('mart_customers') }}

),

source_days as (

    select source, toDate32(as_of) as last_day from {{ ref('int_source_days_completed') }}

),

segments as (

    select
        source,
        currency,
        segment_name,
        count() as customers,
        sum(ifNull(customers.recency_days, 0)) as recency_days,
        countIf(customers.transactions_52_weeks > 1) as repeat_customers,
        countIf(customers.transactions_52_weeks > 0) as active_customers,
        sum(customers.transactions) as transactions,
        sum(customers.transactions_52_weeks) as transactions_52_weeks,
        sum(customers.sales_amount) as sales_amount,
        sum(customers.net_revenue) as net_revenue,
        sum(customers.net_revenue_52_weeks) as net_revenue_52_weeks,
        sum(customers.cost_tracked_revenue) as cost_tracked_revenue,
        sum(customers.cogs_amount) as cogs_amount,
        sum(ifNull(customers.estimated_lifetime_value, 0)) as estimated_lifetime_value,
        countIf(isNotNull(customers.estimated_lifetime_value)) as customers_valued
    from customers
    group by source, currency, segment_name

),

-- Tickets that name nobody, so that shares are shares of everything.
unknown_customers as (

    select
        source,
        currency,
        date_key > subtractDays(last_day, 364) and date_key <= last_day as is_in_window,
        sum(baskets.transactions - baskets.known_transactions) as transactions,
        sumIf(baskets.transactions - baskets.known_transactions, is_in_window) as transactions_52_weeks,
        sum(baskets.sales_amount - baskets.known_sales_amount) as sales_amount,
        sum(baskets.net_revenue - baskets.known_net_revenue) as net_revenue
    from {{ ref('mart_baskets') }} as baskets
    inner join source_days using (source)
    where date_key <= last_day
    group by source, currency, is_in_window

),

behaviour as (

    select * from segments

    union all

    select
        source, currency, 'not known' as segment_name, 0, 0, 0, 0,
        sum(unknown_customers.transactions),
        sum(unknown_customers.transactions_52_weeks),
        sum(unknown_customers.sales_amount),
        sum(unknown_customers.net_revenue),
        sumIf(unknown_customers.net_revenue, is_in_window),
        0, 0, 0, 0
    from unknown_customers
    group by source, currency

),

behaviour_compared as (

    select
        *,
        sum(net_revenue_52_weeks) over (partition by source, currency) as all_revenue_52_weeks,
        sum(customers) over (partition by source) as all_customers,
        sum(customers_valued) over (partition by source) as all_customers_valued
    from behaviour

)

select
    -- ids
    cast(source as String) as source,
    cast(currency as String) as currency,
    cast(segment_name as String) as segment_name,

    -- flags, 1 or 0
    cast(segment_name != 'not known' as Int64) as is_known,
    cast(cost_tracked_revenue != 0 as Int64) as is_margin_tracked,

    -- counts
    cast(customers as Int64) as customers,
    cast(active_customers as Int64) as active_customers_52_weeks,
    cast(repeat_customers as Int64) as repeat_customers_52_weeks,
    cast(transactions as Int64) as transactions,
    cast(transactions_52_weeks as Int64) as transactions_52_weeks,

    -- money
    cast(round(sales_amount, 2) as Decimal(18, 2)) as sales_amount,
    cast(round(net_revenue, 2) as Decimal(18, 2)) as net_revenue,
    cast(round(net_revenue_52_weeks, 2) as Decimal(18, 2)) as net_revenue_52_weeks,
    cast(round(cost_tracked_revenue, 2) as Decimal(18, 2)) as cost_tracked_revenue,
    cast(cost_tracked_revenue - cogs_amount as Decimal(18, 4)) as historic_margin,
    cast(round(estimated_lifetime_value, 2) as Decimal(18, 2)) as estimated_lifetime_value,
    cast(if(all_customers_valued > 0, 'estimated', 'not estimated yet') as String) as lifetime_value_status,

    -- ratios of sums
    {{ ratio('sales_amount', 'transactions') }} as average_transaction_value,
    {{ ratio('recency_days', 'customers') }} as average_recency_days,
    {{ ratio('transactions_52_weeks', 'customers') }} as transactions_per_customer_52_weeks,
    {{ ratio('net_revenue_52_weeks', 'customers') }} as revenue_per_customer_52_weeks,
    {{ ratio('repeat_customers', 'active_customers') }} as repeat_rate_52_weeks,
    {{ ratio('cost_tracked_revenue - cogs_amount', 'cost_tracked_revenue') }} as margin_rate,
    {{ ratio('customers', 'all_customers') }} as customer_share,
    {{ ratio('net_revenue_52_weeks', 'all_revenue_52_weeks') }} as revenue_share_52_weeks
from behaviour_compared
