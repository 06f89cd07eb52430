{{ config(order_by=['source', 'store_id', 'date_key', 'category', 'currency']) }}

-- Price, mix and volume variance as in cost accounting (C. T. Horngren and others, Cost Accounting: A Managerial
-- Emphasis, sales variances), with last year as the plan. Q and N are a category's units and net revenue on the day, q
-- and n a product's; P and p are last year's prices, of category and product, in the ISO week that lies 52 weeks back:
-- volume = (Q − Q of last year) · P   price  = Σ (n − q · p) over products that have a p   mix    = the rest: Σ q · p −
-- Q · P, and what is sold for the first time A single day knows too few prices; with those of the week, the days of a
-- week add up to the week's own split.

with store_days as (

    select * from {{ ref('int_store_days_opened') }} where is_open

),

first_days as (

    select source, store_id, min(date_key) as first_sold_on
    from {{ ref('mart_sales_daily') }}
    where sale_lines > 0
    group by source, store_id

),

-- The hours say when a store meant to be open; before its first sale there is nothing to compare with.
days_compared as (

    select source, store_id, date_key, subtractDays(date_key, 364) as day_last_year
    from store_days
    inner join first_days using (source, store_id)
    where is_over
        and day_last_year >= first_sold_on
        and (source, store_id, day_last_year) in (
            select source, store_id, date_key from store_days
        )

),

categories as (

    select source, product_id, category from {{ ref('dim_product') }} where is_current and source != ''

),

-- Weeks of products are joined by hash: five ids in a key cost three times as much.
sales_this_year as (

    select
        source, store_id, currency, product_id, date_key,
        units_sold - units_returned as units,
        net_revenue,
        {{ iso_week_start('date_key') }} as week,
        {{ surrogate_key(['source', 'store_id', 'currency', 'product_id', 'week']) }} as product_week
    from {{ ref('mart_sales_daily') }}
    where sale_lines + return_lines > 0
        and (source, store_id, date_key) in (select source, store_id, date_key from days_compared)

),

sales_last_year as (

    select
        source, store_id, currency, product_id, addDays(daily.date_key, 364) as date_key,
        units_sold - units_returned as units,
        net_revenue,
        {{ iso_week_start('date_key') }} as week,
        {{ surrogate_key(['source', 'store_id', 'currency', 'product_id', 'week']) }} as product_week
    from {{ ref('mart_sales_daily') }} as daily
    where sale_lines + return_lines > 0
        and (source, store_id, daily.date_key) in (select source, store_id, day_last_year from days_compared)

),

prices_last_year as (

    select product_week, sum(units) as priced_units, sum(net_revenue) as priced_revenue
    from sales_last_year
    group by product_week
    having priced_units > 0 and priced_revenue > 0

),

sales_of_both_years as (

    select
        source, store_id, currency, product_id, date_key, week, units, net_revenue,
        0 as units_last_year, 0 as net_last_year,
        ifNull(
            net_revenue - cast(toDecimal128(units, 6) * priced_revenue / priced_units as Nullable(Decimal(38, 4))), 0
        ) as price_difference
    from sales_this_year
    left join prices_last_year using (product_week)

    union all

    select source, store_id, currency, product_id, date_key, week, 0, 0, units, net_revenue, 0
    from sales_last_year

),

categories_by_day as (

    select
        source, store_id, currency, date_key, week,
        ifNull(category, 'not stated') as category,
        sum(both.units) as units,
        sum(both.net_revenue) as net_revenue,
        sum(both.units_last_year) as units_last_year,
        sum(both.net_last_year) as net_last_year,
        sum(both.price_difference) as price_difference
    from sales_of_both_years as both
    left join categories using (source, product_id)
    group by source, store_id, currency, date_key, week, category

),

categories_priced as (

    select
        *,
        sum(units_last_year) over (partition by source, store_id, currency, category, week) as week_units,
        sum(net_last_year) over (partition by source, store_id, currency, category, week) as week_net,
        if(week_units > 0 and week_net > 0, week_units, null) as priced_units,
        net_revenue - net_last_year as change_amount,
        -- Where last year has nothing to compare with, the change is volume.
        ifNull(
            cast(toDecimal128(units - units_last_year, 6) * week_net / priced_units as Nullable(Decimal(38, 4))),
            change_amount
        ) as volume_amount,
        if(isNull(priced_units), 0, price_difference) as price_amount
    from categories_by_day

)

select
    -- ids
    date_key,
    subtractDays(date_key, 364) as date_key_last_year,
    source,
    store_id,

    -- strings
    cast(category as LowCardinality(String)) as category,
    currency,

    -- units
    cast(units as Decimal(18, 3)) as units,
    cast(units_last_year as Decimal(18, 3)) as units_last_year,

    -- money
    cast(net_revenue as Decimal(18, 4)) as net_revenue,
    cast(net_last_year as Decimal(18, 4)) as net_revenue_last_year,
    cast(change_amount as Decimal(18, 4)) as change_amount,
    cast(volume_amount as Decimal(18, 4)) as volume_amount,
    cast(price_amount as Decimal(18, 4)) as price_amount,
    cast(change_amount - volume_amount - price_amount as Decimal(18, 4)) as mix_amount
from categories_priced
