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
    select * from in_stock_rate
    union all
    select * from data_as_of

)

select
    cast(position as Int64) as position,
    cast(source as String) as source,
    cast(figure as String) as figure,
    cast(value as String) as value
from summary
