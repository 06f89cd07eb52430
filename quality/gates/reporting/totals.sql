-- One row per figure, source and currency that two views both show: what each says, and by how much rounding to cents
-- lets them differ. Neither is compared with the mart it is made of: dbt's tests do that.
with summary as (
    select source, substring(figure, 10) as currency, toFloat64(value) as amount
    from {prefix}reporting.warehouse_summary
    where startsWith(figure, 'revenue, ')
),
stores as (
    select source, currency, toFloat64(sum(net_revenue)) as amount, count() as cells
    from {prefix}reporting.store_comparison
    group by source, currency
),
categories as (
    select source, currency, toFloat64(sum(net_revenue)) as amount, count() as cells
    from {prefix}reporting.category_performance
    group by source, currency
),
lines as (
    select source, currency, toFloat64(sum(net_amount)) as amount
    from {prefix}reporting.sales
    where line_type = 'merchandise'
    group by source, currency
),
compared as (
    select 'revenue by store' as figure, source, currency, stores.amount as one, lines.amount as other, stores.cells as cells
    from lines
    left join stores using (source, currency)
    union all
    select 'revenue by category', source, currency, categories.amount, lines.amount, categories.cells
    from lines
    left join categories using (source, currency)
    union all
    select 'revenue in the summary', source, currency, summary.amount, lines.amount, 1
    from lines
    left join summary using (source, currency)
)
select
    figure, source, currency, one, other,
    abs(one - other) as difference,
    0.005 * cells + 0.01 as tolerance
from compared
order by figure, source, currency
settings join_use_nulls = 0
