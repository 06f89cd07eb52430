{{ config(order_by=['source', 'product_id', 'month_start_date'], tags=['estimated']) }}

{%- set months_before, least_lines = 3, 20 %}

with sizes as (

    select source, product_id, toStartOfMonth(date_key) as sold_month, quantity, count() as line_count
    from {{ ref('fact_sales') }}
    where event_type = 'sale' and line_type = 'merchandise'
    group by source, product_id, sold_month, quantity

),

-- A month counts for the ones after it, so that nothing is judged by what came later.
sizes_of_months_after as (

    select
        source,
        product_id,
        addMonths(sold_month, arrayJoin(range(1, {{ months_before + 1 }}))) as month_start_date,
        quantity,
        line_count
    from sizes

)

select
    cast(source as LowCardinality(String)) as source,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(month_start_date as Date32) as month_start_date,
    cast(sum(line_count) as Int64) as sale_lines,
    cast(quantileExactWeighted(0.995)(quantity, line_count) as Decimal(18, 3)) as estimated_large_units -- noqa: LT01
from sizes_of_months_after
group by source, product_id, month_start_date
having sale_lines >= {{ least_lines }}
