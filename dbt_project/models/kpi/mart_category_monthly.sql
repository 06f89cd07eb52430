{#- Name of each column, and of what it sums. -#}
{%- set sales = {
    'units_sold': 'units_sold', 'units_returned': 'units_returned', 'gross_amount': 'gross_amount',
    'discount_amount': 'discount_amount', 'sales_amount': 'sales_amount', 'returns_amount': 'returns_amount',
    'net_revenue': 'net_revenue', 'other_income': 'other_income', 'cogs_amount': 'cogs_amount',
    'cost_tracked_revenue': 'cost_tracked_revenue'
} -%}
{%- set comparison = {
    'comparable_revenue': 'net_revenue', 'comparable_revenue_last_year': 'net_revenue_last_year',
    'volume_amount': 'volume_amount', 'price_amount': 'price_amount', 'mix_amount': 'mix_amount'
} -%}
{%- set stock = {
    'stock_value_days': 'closing_value', 'closing_stock_value': 'last_closing_value',
    'stock_cogs_amount': 'cogs_amount', 'stock_revenue': 'cost_tracked_revenue',
    'open_minutes': 'open_minutes', 'out_of_stock_minutes': 'out_of_stock_minutes',
    'offered_pairs': 'offered_pairs', 'offered_pairs_in_stock': 'offered_pairs_in_stock'
} -%}
{%- set columns = sales.keys() | list + comparison.keys() | list + stock.keys() | list -%}
{{ config(order_by=['source', 'month_start_date', 'store_id', 'category', 'currency']) }}

-- Sales, stock and the comparison with last year are put under each other and summed: joined by day, each would repeat
-- the others.

with source_days as (

    select * from {{ ref('int_source_days_completed') }}

),

categories as (

    select source, product_id, category from {{ ref('dim_product') }} where is_current and source != ''

),

stores as (

    select source, store_id, currency from {{ ref('dim_store') }} where is_current and source != ''

),

sales as (

    select sales.*, ifNull(category, 'not stated') as category
    from {{ ref('mart_sales_daily') }} as sales
    left join categories using (source, product_id)

),

comparison as (

    select * from {{ ref('mart_like_for_like') }}

),

-- A day that is not over has no closing stock to average.
stock as (

    select
        source, store_id, category, date_key, ifNull(stores.currency, '') as currency,
        subtractDays(addMonths({{ month_start('date_key') }}, 1), 1) as month_end_date,
        if(date_key = least(month_end_date, last_whole_day), closing_value, 0) as last_closing_value,
        closing_value, cogs_amount, cost_tracked_revenue, open_minutes, out_of_stock_minutes,
        offered_pairs, offered_pairs_in_stock
    from {{ ref('mart_inventory_daily') }}
    inner join source_days using (source)
    left join stores using (source, store_id)
    where date_key <= last_whole_day

),

stock_days_counted as (

    select source, store_id, {{ month_start('date_key') }} as month_start_date, uniqExact(date_key) as stock_days
    from stock
    group by source, store_id, month_start_date

),

amounts as (

    {% for branch, sums in [('sales', sales), ('comparison', comparison), ('stock', stock)] %}
    select
        source, store_id, category, currency, {{ month_start('date_key') }} as month_start_date,
        {% for column in columns %}
        {{ 'sum(' ~ branch ~ '.' ~ sums[column] ~ ')' if column in sums else '0' }}
            as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ branch }}
    group by source, store_id, category, currency, month_start_date
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

months as (

    select
        source, store_id, category, currency, month_start_date,
        {% for column in columns %}
        sum(amounts.{{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from amounts
    group by source, store_id, category, currency, month_start_date

)

select
    -- ids
    cast(months.month_start_date as Date32) as month_start_date,
    months.source as source,
    cast(months.store_id as LowCardinality(String)) as store_id,

    -- strings
    cast(category as LowCardinality(String)) as category,
    cast(currency as LowCardinality(String)) as currency,

    -- units
    cast(units_sold as Decimal(18, 3)) as units_sold,
    cast(units_returned as Decimal(18, 3)) as units_returned,

    -- sales
    {% for column in (sales.keys() | list)[2:] %}
    cast({{ column }} as Decimal(18, 4)) as {{ column }},
    {% endfor %}

    -- stores open on the day and on the same weekday of last year
    {% for column in comparison %}
    cast({{ column }} as Decimal(18, 4)) as {{ column }},
    {% endfor %}

    -- stock
    cast(stock_value_days as Decimal(18, 4)) as stock_value_days,
    cast(closing_stock_value as Decimal(18, 4)) as closing_stock_value,
    cast(stock_cogs_amount as Decimal(18, 4)) as stock_cogs_amount,
    cast(stock_revenue as Decimal(18, 4)) as stock_revenue,
    cast(open_minutes as Int64) as open_minutes,
    cast(out_of_stock_minutes as Int64) as out_of_stock_minutes,
    cast(offered_pairs as Int64) as offered_pairs,
    cast(offered_pairs_in_stock as Int64) as offered_pairs_in_stock,

    -- days of the store, the same for each of its categories
    cast(ifNull(stock_days, 0) as Int64) as stock_days,

    -- booleans
    cast(
        months.month_start_date >= first_whole_day and addMonths(months.month_start_date, 1) <= addDays(last_whole_day,
            1)
        as Bool
    ) as is_whole_month
from months
inner join source_days on months.source = source_days.source
left join stock_days_counted
    on months.source = stock_days_counted.source and months.store_id = stock_days_counted.store_id
    and months.month_start_date = stock_days_counted.month_start_date
