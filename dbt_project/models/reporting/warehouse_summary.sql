with sales as (

    select source, currency, event_type, line_type, store_id, transaction_id, net_amount from {{ ref('fact_sales') }}

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

minutes as (

    select source, sum(stock.open_minutes) as open_minutes, sum(stock.out_of_stock_minutes) as out_of_stock_minutes
    from {{ ref('mart_inventory_daily') }} as stock
    where (source, store_id) not in (select source, store_id from {{ ref('dim_store') }} where store_type = 'dc')
    group by source

),

months as (

    select * from {{ ref('mart_category_monthly') }}

),

stock as (

    select source, store_id, date_key, closing_value from {{ ref('mart_inventory_daily') }}

),

stores as (

    select source, store_id, currency from {{ ref('dim_store') }} where is_current and source != ''

),

-- What there must be for a figure to stand on; where there is nothing, it says so instead of 0.
costs as (

    select source, count() as costs from {{ ref('int_product_costs_versioned') }} group by source

),

counts as (

    select source, count() as counts from {{ ref('fact_stock_counts') }} group by source

),

stock_tracked as (

    select source, count() as pairs from {{ ref('int_stock_pairs_tracked') }} group by source

),

orders as (

    select
        source,
        sum(deliveries.due_lines) as due_lines,
        sum(deliveries.on_time_in_full_lines) as on_time_in_full_lines
    from {{ ref('mart_supplier_deliveries_monthly') }} as deliveries
    group by source

),

lost as (

    select source, sum(estimated_lost_units) as lost_units
    from {{ ref('mart_lost_sales_daily') }}
    group by source

),

rows_counted as (

    {% for model in [
        'stg_events__sales_messages', 'stg_events__inventory_messages', 'stg_events__catalog_messages',
        'quarantined_events',
        'fact_sales', 'mart_sales_daily', 'dim_product', 'dim_store', 'dim_customer', 'dim_date'
    ] %}
    select {{ 10 + loop.index }} as position, '' as source, 'rows of {{ model }}' as figure, toString(count()) as value
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

revenue as (

    select
        30 as position, source, concat('revenue, ', currency) as figure,
        toDecimalString(sumIf(net_amount, line_type = 'merchandise'), 2) as value
    from sales
    group by source, currency

    union all

    select
        31, source, concat('other income, ', currency),
        toDecimalString(sumIf(net_amount, line_type != 'merchandise'), 2)
    from sales
    group by source, currency

),

transactions as (

    select
        32 as position, source, 'transactions with a merchandise sale' as figure,
        toString(uniqExactIf((store_id, transaction_id), event_type = 'sale' and line_type = 'merchandise')) as value
    from sales
    group by source

),

margins as (

    select
        33 as position, source, concat('profit margin, ', currency) as figure,
        if(
            sum(cost_tracked_revenue) = 0, 'not tracked',
            concat(toDecimalString(
                100 * (1 - {{ ratio('sum(cogs_amount)', 'sum(cost_tracked_revenue)') }}), 1
            ), ' %')
        ) as value
    from months
    where currency in (select currency from sales)
    group by source, currency

),

-- By the minutes that shops were open; a depot has no customers to turn away.
in_stock_rate as (

    select
        40 as position,
        source,
        'in-stock rate' as figure,
        if(
            ifNull(open_minutes, 0) = 0, 'not tracked',
            concat(toDecimalString(100 * (1 - out_of_stock_minutes / open_minutes), 1), ' %')
        ) as value
    from sources
    left join minutes using (source)

),

closing_stock as (

    select source, currency, count() as days_of_stock, sum(closing_value) as closing_value
    from stock
    inner join stores using (source, store_id)
    where (source, store_id, date_key) in (select source, store_id, max(date_key) from stock group by source, store_id)
    group by source, currency

),

stock_values as (

    select
        41 as position, source, concat('stock at cost, ', currency) as figure,
        if(isNull(days_of_stock) or isNull(costs), 'not tracked', toDecimalString(closing_value, 2)) as value
    from (
        select source, currency from sales
        union distinct
        select source, currency from stores
    ) as currencies
    left join closing_stock using (source, currency)
    left join costs using (source)

),

figures_of_sources as (

    select
        42 as position, source, 'lost sales, estimated units' as figure,
        if(isNull(pairs), 'not tracked', toString(toInt64(round(ifNull(lost_units, 0))))) as value
    from sources
    left join stock_tracked using (source)
    left join lost using (source)

    union all

    select 43, source, 'stock counts', ifNull(toString(counts), 'not tracked')
    from sources
    left join counts using (source)

    union all

    select
        44, source, 'orders on time in full',
        if(
            ifNull(due_lines, 0) = 0, 'not tracked',
            concat(toDecimalString(100 * on_time_in_full_lines / due_lines, 1), ' %')
        )
    from sources
    left join orders using (source)

),

data_as_of as (

    select 50 as position, source, 'data as of (UTC)' as figure, formatDateTime(as_of, '%F %T') as value from sources

),

summary as (

    select * from rows_counted
    union all
    select * from revenue
    union all
    select * from transactions
    union all
    select * from margins
    union all
    select * from in_stock_rate
    union all
    select * from stock_values
    union all
    select * from figures_of_sources
    union all
    select * from data_as_of

)

select
    cast(position as Int64) as position,
    cast(source as String) as source,
    cast(figure as String) as figure,
    cast(value as String) as value
from summary
