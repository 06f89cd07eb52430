{{ config(order_by=['source', 'currency', 'tier_rank'], tags=['predicted']) }}

with tiers as (

    select * from {{ ref('loyalty_tiers') }}

),

customers as (

    select * from {{ ref('mart_customers') }} where currency != ''

),

-- The first tier whose scores are reached.
customers_tiered as (

    select
        customers.source as source,
        customers.currency as currency,
        customers.customer_key as customer_key,
        argMin((tiers.tier, tiers.rank, tiers.reward_rate), tiers.rank) as reached,
        max(customers.transactions_52_weeks) as transactions_52_weeks,
        max(customers.net_revenue_52_weeks) as net_revenue_52_weeks,
        max(customers.net_revenue) as all_revenue,
        max(customers.cost_tracked_revenue) as all_cost_tracked_revenue,
        max(customers.cogs_amount) as all_cogs_amount,
        max(ifNull(customers.estimated_lifetime_value, 0)) as lifetime_value
    from customers
    cross join tiers
    where customers.frequency_score >= tiers.least_frequency_score
        and customers.monetary_score >= tiers.least_monetary_score
    group by source, currency, customer_key

),

tiers_summed as (

    select
        source,
        currency,
        reached.1 as tier,
        reached.2 as tier_rank,
        reached.3 as reward_rate,
        count() as customers,
        sum(customers_tiered.transactions_52_weeks) as transactions_52_weeks,
        sum(customers_tiered.net_revenue_52_weeks) as net_revenue_52_weeks,
        sum(customers_tiered.all_cost_tracked_revenue) as cost_tracked_revenue,
        sum(customers_tiered.all_cogs_amount) as cogs_amount,
        sum(customers_tiered.lifetime_value) as estimated_lifetime_value
    from customers_tiered
    group by source, currency, tier, tier_rank, reward_rate

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(currency as LowCardinality(String)) as currency,

    -- strings
    cast(tier as LowCardinality(String)) as tier,

    -- counts
    cast(tier_rank as Int32) as tier_rank,
    cast(customers as Int64) as customers,
    cast(transactions_52_weeks as Int64) as transactions_52_weeks,

    -- money
    cast(net_revenue_52_weeks as Decimal(18, 4)) as net_revenue_52_weeks,
    cast(cost_tracked_revenue as Decimal(18, 4)) as cost_tracked_revenue,
    cast(cogs_amount as Decimal(18, 4)) as cogs_amount,
    cast(round(
        greatest(toDecimal128(net_revenue_52_weeks, 8), 0) * reward_rate, 4
    ) as Decimal(18, 4)) as reward_cost_52_weeks,
    cast(estimated_lifetime_value as Decimal(18, 4)) as estimated_lifetime_value,

    -- ratios
    cast(reward_rate as Float64) as reward_rate,
    -- so much more has to be bought for the reward to pay: the margin of what is bought anyway is given away too
    cast(if(
        cost_tracked_revenue - cogs_amount > cost_tracked_revenue * reward_rate,
        round(toFloat64(reward_rate) / (
            toFloat64(cost_tracked_revenue - cogs_amount) / toFloat64(cost_tracked_revenue) - toFloat64(reward_rate)
        ), 6), null
    ) as Nullable(Float64)) as break_even_uplift
from tiers_summed
