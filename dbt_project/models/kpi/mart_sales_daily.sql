{{ config(
    materialized='incremental',
    incremental_strategy='delete_insert',
    unique_key=['source', 'store_id', 'date_key'],
    order_by=['source', 'store_id', 'date_key', 'product_id'],
    partition_by='toYYYYMM(date_key)',
    pre_hook="{{ mark_days(sales_mart_days_to_restate()) }}",
    post_hook="{{ drop_helpers(['marked']) }}"
) }}

with sales as (

    select
        *,
        line_type = 'merchandise' as is_merchandise,
        event_type = 'sale' and is_merchandise as is_sold,
        event_type = 'return' and is_merchandise as is_returned
    from {{ ref('fact_sales') }}
    {% if is_incremental() %} where {{ is_marked_day() }} {% endif %}

),

sales_summed as (

    select
        source,
        store_id,
        date_key,
        product_id,
        store_key,
        product_key,
        channel,
        currency,

        count() as ticket_lines,
        countIf(is_sold) as sale_lines,
        countIf(is_returned) as return_lines,

        sumIf(sales.quantity, is_sold) as units_sold,
        sumIf(-sales.quantity, is_returned) as units_returned,

        sumIf(sales.net_amount + sales.discount_amount, is_sold) as gross_amount,
        sumIf(sales.discount_amount, is_sold) as discount_amount,
        sumIf(sales.net_amount, is_sold) as sales_amount,
        sumIf(-sales.net_amount, is_returned) as returns_amount,
        sumIf(sales.net_amount, is_merchandise) as net_revenue,
        sumIf(sales.net_amount, not is_merchandise) as other_income,
        sum(sales.tax_amount) as tax_amount,

        sumIf(ifNull(sales.cost_amount, 0), is_merchandise) as cogs_amount,
        sumIf(sales.net_amount, is_merchandise and isNotNull(sales.unit_cost)) as cost_tracked_revenue,

        sum(_row_key) as _rows_key
    from sales
    group by source, store_id, date_key, product_id, store_key, product_key, channel, currency

)

select
    -- keys of the dimensions
    date_key,
    store_key,
    product_key,

    -- ids
    source,
    store_id,
    product_id,

    -- strings
    channel,
    currency,

    -- counts of ticket lines
    cast(ticket_lines as Int64) as ticket_lines,
    cast(sale_lines as Int64) as sale_lines,
    cast(return_lines as Int64) as return_lines,

    -- units
    cast(units_sold as Decimal(18, 3)) as units_sold,
    cast(units_returned as Decimal(18, 3)) as units_returned,

    -- money
    cast(gross_amount as Decimal(18, 4)) as gross_amount,
    cast(discount_amount as Decimal(18, 4)) as discount_amount,
    cast(sales_amount as Decimal(18, 4)) as sales_amount,
    cast(returns_amount as Decimal(18, 4)) as returns_amount,
    cast(net_revenue as Decimal(18, 4)) as net_revenue,
    cast(other_income as Decimal(18, 4)) as other_income,
    cast(tax_amount as Decimal(18, 4)) as tax_amount,
    cast(cogs_amount as Decimal(18, 4)) as cogs_amount,
    cast(cost_tracked_revenue as Decimal(18, 4)) as cost_tracked_revenue,

    -- what the row was built from
    _rows_key
from sales_summed
