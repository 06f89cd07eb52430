with categories_by_month as (

    select * from {{ ref('mart_category_monthly') }}

),

stores as (

    select source, store_id, store_name, store_type, region, city, floor_area_m2
    from {{ ref('dim_store') }}
    where is_current and source != ''

),

{% set sums = [
    'units_sold', 'discount_amount', 'gross_amount', 'sales_amount', 'returns_amount', 'net_revenue', 'other_income',
    'cogs_amount', 'cost_tracked_revenue', 'comparable_revenue', 'comparable_revenue_last_year', 'stock_value_days',
    'closing_stock_value', 'stock_cogs_amount', 'stock_revenue', 'open_minutes', 'out_of_stock_minutes'
] -%}
store_months as (

    select
        source, store_id, currency, month_start_date,
        max(by_category.is_whole_month) as is_whole_month,
        max(by_category.stock_days) as stock_days,
        {% for column in sums %}
        sum(by_category.{{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from categories_by_month as by_category
    group by source, store_id, currency, month_start_date

),

transactions_by_month as (

    select
        source, store_id, currency, {{ month_start('date_key') }} as month_start_date,
        sum(baskets.transactions) as transactions,
        sum(baskets.known_net_revenue) as known_net_revenue
    from {{ ref('mart_baskets') }} as baskets
    group by source, store_id, currency, month_start_date

),

stores_compared as (

    select
        *,
        sum(net_revenue) over (partition by source, currency, month_start_date) as chain_revenue,
        rank() over (partition by source, currency, month_start_date order by net_revenue desc) as revenue_rank
    from store_months
    left join transactions_by_month using (source, store_id, currency, month_start_date)
    left join stores using (source, store_id)

)

select
    -- ids
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(month_start_date as Date) as month_start_date,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,
    cast(ifNull(store_type, 'not stated') as String) as store_type,
    cast(ifNull(region, 'not stated') as String) as region,
    cast(ifNull(city, 'not stated') as String) as city,
    cast(currency as String) as currency,

    -- flags, 1 or 0
    cast(is_whole_month as Int64) as is_whole_month,
    cast(cost_tracked_revenue != 0 as Int64) as is_margin_tracked,
    cast(stock_days > 0 as Int64) as is_stock_tracked,
    cast(comparable_revenue_last_year != 0 as Int64) as is_comparable,
    cast(ifNull(floor_area_m2, 0) > 0 as Int64) as is_floor_area_known,

    -- sales
    cast(ifNull(transactions, 0) as Int64) as transactions,
    cast(units_sold as Decimal(18, 3)) as units_sold,
    cast(round(sales_amount, 2) as Decimal(18, 2)) as sales_amount,
    cast(round(returns_amount, 2) as Decimal(18, 2)) as returns_amount,
    cast(round(net_revenue, 2) as Decimal(18, 2)) as net_revenue,
    cast(round(ifNull(known_net_revenue, 0), 2) as Decimal(18, 2)) as known_net_revenue,
    cast(round(other_income, 2) as Decimal(18, 2)) as other_income,
    cast(round(cost_tracked_revenue, 2) as Decimal(18, 2)) as cost_tracked_revenue,
    cast(round(cost_tracked_revenue - cogs_amount, 2) as Decimal(18, 2)) as gross_margin,
    cast(round(comparable_revenue, 2) as Decimal(18, 2)) as comparable_revenue,
    cast(round(comparable_revenue_last_year, 2) as Decimal(18, 2)) as comparable_revenue_last_year,

    -- stock
    cast(round(closing_stock_value, 2) as Decimal(18, 2)) as closing_stock_value,
    cast(round(stock_value_days, 2) as Decimal(18, 2)) as stock_value_days,
    cast(round(stock_cogs_amount, 2) as Decimal(18, 2)) as stock_cogs_amount,
    cast(stock_days as Int64) as stock_days,
    cast(open_minutes as Int64) as open_minutes,
    cast(out_of_stock_minutes as Int64) as out_of_stock_minutes,

    -- ratios of sums
    {{ ratio('sales_amount', 'transactions') }} as average_transaction_value,
    {{ ratio('units_sold', 'transactions') }} as units_per_transaction,
    {{ ratio('cost_tracked_revenue - cogs_amount', 'cost_tracked_revenue') }} as margin_rate,
    {{ ratio('discount_amount', 'gross_amount') }} as markdown_rate,
    {{ ratio('known_net_revenue', 'net_revenue') }} as known_customer_share,
    {{ ratio('comparable_revenue - comparable_revenue_last_year', 'comparable_revenue_last_year') }}
        as like_for_like_growth,
    {{ ratio('net_revenue', 'floor_area_m2') }} as revenue_per_m2,
    {{ ratio('net_revenue', 'chain_revenue') }} as revenue_share,
    if(open_minutes = 0, 0, 1 - {{ ratio('out_of_stock_minutes', 'open_minutes') }}) as in_stock_rate,
    {{ ratio('toFloat64(stock_cogs_amount) * 365', 'stock_value_days') }} as inventory_turnover,
    {{ ratio('toFloat64(stock_revenue - stock_cogs_amount) * 365', 'stock_value_days') }} as gmroi,

    -- rank
    cast(revenue_rank as Int64) as revenue_rank
from stores_compared
