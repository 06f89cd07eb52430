{%- set counts = [
    'transactions', 'known_transactions', 'one_line_transactions', 'two_to_four_line_transactions',
    'five_to_nine_line_transactions', 'ten_or_more_line_transactions', 'sale_lines'
] -%}
{{ config(order_by=['source', 'store_id', 'date_key', 'channel', 'currency']) }}

-- A ticket has one hour, so what is counted by hour may be summed by day.

with hours as (

    select * from {{ ref('mart_sales_hourly') }}

),

baskets as (

    select
        source, store_id, date_key, channel, currency,
        {% for count in counts %}
        sum(hours.{{ count }}) as {{ count }},
        {% endfor %}
        sum(hours.units_sold) as units_sold,
        sum(hours.sales_amount) as sales_amount,
        sum(hours.known_sales_amount) as known_sales_amount,
        sum(hours.net_revenue) as net_revenue,
        sum(hours.known_net_revenue) as known_net_revenue
    from hours
    group by source, store_id, date_key, channel, currency

)

select
    -- ids
    source,
    store_id,
    date_key,
    channel,
    currency,

    -- counts
    {% for count in counts %}
    cast({{ count }} as Int64) as {{ count }},
    {% endfor %}

    -- units and money
    cast(units_sold as Decimal(18, 3)) as units_sold,
    cast(sales_amount as Decimal(18, 4)) as sales_amount,
    cast(known_sales_amount as Decimal(18, 4)) as known_sales_amount,
    cast(net_revenue as Decimal(18, 4)) as net_revenue,
    cast(known_net_revenue as Decimal(18, 4)) as known_net_revenue
from baskets
