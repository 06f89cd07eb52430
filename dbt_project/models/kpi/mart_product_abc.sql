{%- set window_days, new_days = 364, 91 -%}
{{ config(order_by=['source', 'currency', 'product_id']) }}

with source_days as (

    select source, last_whole_day, subtractDays(last_whole_day, {{ window_days }}) as day_before
    from {{ ref('int_source_days_completed') }}

),

sales as (

    select * from {{ ref('mart_sales_daily') }} where sale_lines + return_lines > 0

),

products as (

    select source, product_id, launch_date, toDate32(first_valid_from) as first_known_on
    from {{ ref('dim_product') }}
    inner join (
        select source, product_id, min(valid_from) as first_valid_from
        from {{ ref('dim_product') }}
        group by source, product_id
    ) as first_versions using (source, product_id)
    where source != '' and is_current and line_type = 'merchandise'

),

sales_summed as (

    select
        source,
        product_id,
        currency,
        min(date_key) as first_sold_on,
        sumIf(sales.units_sold - sales.units_returned, is_in_window) as units,
        sumIf(sales.net_revenue, is_in_window) as net_revenue,
        sumIf(sales.cost_tracked_revenue, is_in_window) as cost_tracked_revenue,
        sumIf(sales.cogs_amount, is_in_window) as cogs_amount
    from (
        select sales.*, date_key > day_before and date_key <= last_whole_day as is_in_window
        from sales
        inner join source_days using (source)
    ) as sales
    group by source, product_id, currency

),

-- What did not sell belongs into the list: last.
products_offered as (

    select source, product_id, currency
    from products
    inner join (select distinct source, currency from sales) as currencies using (source)

    union distinct

    select source, product_id, currency from sales_summed

),

products_dated as (

    select
        products_offered.source as source,
        products_offered.product_id as product_id,
        products_offered.currency as currency,
        ifNull(sales_summed.units, 0) as units,
        ifNull(sales_summed.net_revenue, 0) as net_revenue,
        ifNull(sales_summed.cost_tracked_revenue, 0) as cost_tracked_revenue,
        ifNull(sales_summed.cogs_amount, 0) as cogs_amount,
        coalesce(products.launch_date, least(first_known_on, first_sold_on), first_known_on, first_sold_on)
            as launched_on,
        dateDiff('day', launched_on, last_whole_day) + 1 as days_of_life
    from products_offered
    inner join source_days on products_offered.source = source_days.source
    left join sales_summed
        on products_offered.source = sales_summed.source and products_offered.product_id = sales_summed.product_id
        and products_offered.currency = sales_summed.currency
    left join products
        on products_offered.source = products.source and products_offered.product_id = products.product_id

),

-- A product that took back more than it sold takes no part of the total.
products_ranked as (

    select
        *,
        days_of_life < {{ new_days }} as is_new,
        if(is_new, 0, greatest(net_revenue, 0)) as ranked_revenue,
        sum(ranked_revenue) over (partition by source, currency) as total_revenue,
        sum(ranked_revenue) over (
            partition by source, currency order by is_new, net_revenue desc, product_id
            rows between unbounded preceding and current row
        ) - ranked_revenue as revenue_of_better
    from products_dated

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(product_id as LowCardinality(String)) as product_id,

    -- strings
    cast(currency as LowCardinality(String)) as currency,
    cast(multiIf(
        is_new, 'N',
        ranked_revenue = 0, 'C',
        revenue_of_better * 5 < total_revenue * 4, 'A',
        revenue_of_better * 20 < total_revenue * 19, 'B',
        'C'
    ) as LowCardinality(String)) as abc_class,

    -- numerics
    cast(days_of_life as Int32) as days_of_life,
    cast(units as Decimal(18, 3)) as units,
    cast(net_revenue as Decimal(18, 4)) as net_revenue,
    cast(cost_tracked_revenue as Decimal(18, 4)) as cost_tracked_revenue,
    cast(cogs_amount as Decimal(18, 4)) as cogs_amount,
    cast(revenue_of_better as Decimal(18, 4)) as revenue_of_better,
    cast(total_revenue as Decimal(18, 4)) as ranked_revenue,

    -- dates
    cast(launched_on as Date32) as launched_on
from products_ranked
