with categories_by_month as (

    select * from {{ ref('mart_category_monthly') }}

),

stores as (

    select source, store_id, store_name from {{ ref('dim_store') }} where is_current and source != ''

),

categories_compared as (

    select
        *,
        sum(net_revenue) over (partition by source, store_id, currency, month_start_date) as store_revenue
    from categories_by_month
    left join stores using (source, store_id)

)

select
    -- ids
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(category as String) as category,
    cast(month_start_date as Date) as month_start_date,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,
    cast(currency as String) as currency,

    -- flags, 1 or 0
    cast(is_whole_month as Int64) as is_whole_month,
    cast(cost_tracked_revenue != 0 as Int64) as is_margin_tracked,
    cast(stock_days > 0 as Int64) as is_stock_tracked,
    cast(comparable_revenue_last_year != 0 as Int64) as is_comparable,

    -- sales
    cast(units_sold as Decimal(18, 3)) as units_sold,
    cast(units_returned as Decimal(18, 3)) as units_returned,
    cast(round(gross_amount, 2) as Decimal(18, 2)) as gross_amount,
    cast(round(discount_amount, 2) as Decimal(18, 2)) as discount_amount,
    cast(round(net_revenue, 2) as Decimal(18, 2)) as net_revenue,
    cast(round(other_income, 2) as Decimal(18, 2)) as other_income,
    cast(round(cost_tracked_revenue, 2) as Decimal(18, 2)) as cost_tracked_revenue,
    cast(round(cost_tracked_revenue - cogs_amount, 2) as Decimal(18, 2)) as gross_margin,

    -- like for like: volume + price + mix is the change
    cast(round(comparable_revenue, 2) as Decimal(18, 2)) as comparable_revenue,
    cast(round(comparable_revenue_last_year, 2) as Decimal(18, 2)) as comparable_revenue_last_year,
    cast(round(volume_amount, 2) as Decimal(18, 2)) as volume_amount,
    cast(round(price_amount, 2) as Decimal(18, 2)) as price_amount,
    cast(round(comparable_revenue, 2) - round(comparable_revenue_last_year, 2) - round(volume_amount, 2)
        - round(price_amount, 2) as Decimal(18, 2)) as mix_amount,

    -- stock
    cast(round(closing_stock_value, 2) as Decimal(18, 2)) as closing_stock_value,
    cast(round(stock_value_days, 2) as Decimal(18, 2)) as stock_value_days,
    cast(round(stock_cogs_amount, 2) as Decimal(18, 2)) as stock_cogs_amount,
    cast(stock_days as Int64) as stock_days,
    cast(open_minutes as Int64) as open_minutes,
    cast(out_of_stock_minutes as Int64) as out_of_stock_minutes,

    -- ratios of sums
    {{ ratio('cost_tracked_revenue - cogs_amount', 'cost_tracked_revenue') }} as margin_rate,
    {{ ratio('discount_amount', 'gross_amount') }} as markdown_rate,
    {{ ratio('net_revenue', 'store_revenue') }} as revenue_share,
    {{ ratio('comparable_revenue - comparable_revenue_last_year', 'comparable_revenue_last_year') }}
        as like_for_like_growth,
    if(open_minutes = 0, 0, 1 - {{ ratio('out_of_stock_minutes', 'open_minutes') }}) as in_stock_rate,
    {{ ratio('toFloat64(stock_cogs_amount) * 365', 'stock_value_days') }} as inventory_turnover,
    {{ ratio('toFloat64(stock_revenue - stock_cogs_amount) * 365', 'stock_value_days') }} as gmroi
from categories_compared
