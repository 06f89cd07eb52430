{{ config(order_by=['source', 'currency', 'cohort_month', 'months_since'], tags=['predicted']) }}

with customers as (

    select
        source, customer_key, currency,
        {{ month_start('assumeNotNull(bought.first_purchase_date)') }} as cohort_month
    from {{ ref('mart_customers') }} as bought
    where isNotNull(bought.first_purchase_date)

),

source_days as (

    select source, as_of, {{ month_start('toDate32(as_of)') }} as last_month, last_whole_day
    from {{ ref('int_source_days_completed') }}

),

cohorts as (

    select source, currency, cohort_month, count() as customers
    from customers
    group by source, currency, cohort_month

),

-- A month in which nobody of a cohort came has a row all the same.
cohort_months as (

    select
        source,
        currency,
        cohort_month,
        customers,
        months_since,
        addMonths(cohort_month, months_since) as activity_month,
        subtractDays(addMonths(cohort_month, months_since + 1), 1) <= last_whole_day as is_whole_month
    from cohorts
    inner join source_days using (source)
    array join range(toUInt32(greatest(dateDiff('month', cohort_month, last_month), 0) + 1)) as months_since

),

months_of_customers as (

    select
        source,
        customer_key,
        tickets.currency as ticket_currency,
        {{ month_start('date_key') }} as activity_month,
        countIf(is_transaction) as transactions,
        sum(tickets.net_revenue) as net_revenue
    from {{ ref('fact_tickets') }} as tickets
    inner join source_days using (source)
    where customer_key != 0 and sold_at <= as_of
    group by source, customer_key, ticket_currency, activity_month

),

cohorts_active as (

    select
        source,
        currency,
        cohort_month,
        activity_month,
        uniqExactIf(customer_key, months.transactions > 0) as active_customers,
        sum(months.transactions) as transactions,
        sumIf(months.net_revenue, ticket_currency = currency) as net_revenue
    from months_of_customers as months
    inner join customers using (source, customer_key)
    group by source, currency, cohort_month, activity_month

)

select
    -- ids
    source,
    currency,

    -- numerics
    cast(months_since as Int32) as months_since,
    cast(customers as Int64) as customers,
    cast(ifNull(active_customers, 0) as Int64) as active_customers,
    cast(ifNull(transactions, 0) as Int64) as transactions,
    cast(ifNull(net_revenue, 0) as Decimal(18, 4)) as net_revenue,

    -- booleans
    cast(is_whole_month as Bool) as is_whole_month,

    -- dates
    cast(cohort_month as Date32) as cohort_month,
    cast(activity_month as Date32) as activity_month
from cohort_months
left join cohorts_active using (source, currency, cohort_month, activity_month)
