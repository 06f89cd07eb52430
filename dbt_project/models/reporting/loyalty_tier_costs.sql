{{ config(tags=['predicted']) }}

select
    -- ids
    cast(source as String) as source,
    cast(currency as String) as currency,

    -- strings
    cast(tier as String) as tier,

    -- counts
    cast(tier_rank as Int64) as tier_rank,
    cast(customers as Int64) as customers,
    cast(transactions_52_weeks as Int64) as transactions_52_weeks,

    -- numerics
    cast(reward_rate as Float64) as reward_rate,
    cast(ifNull(break_even_uplift, 0) as Float64) as break_even_uplift,

    -- money
    cast(round(net_revenue_52_weeks, 2) as Decimal(18, 2)) as net_revenue_52_weeks,
    cast(round(cost_tracked_revenue, 2) as Decimal(18, 2)) as cost_tracked_revenue,
    cast(round(cogs_amount, 2) as Decimal(18, 2)) as cogs_amount,
    cast(round(reward_cost_52_weeks, 2) as Decimal(18, 2)) as reward_cost_52_weeks,
    cast(round(estimated_lifetime_value, 2) as Decimal(18, 2)) as estimated_lifetime_value
from {{ ref('mart_loyalty_tiers') }}
