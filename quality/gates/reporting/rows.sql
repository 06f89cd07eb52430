-- One row per source with four weeks of sales and view that must know of it.
with sources as (
    select source from {prefix}reporting.sales group by source having uniqExact(date_key) >= 28
),
counted as (
    select 'store_comparison' as view, source, count() as found from {prefix}reporting.store_comparison group by source
    union all
    select 'category_performance', source, count() from {prefix}reporting.category_performance group by source
    union all
    select 'seasonal_patterns', source, count() from {prefix}reporting.seasonal_patterns group by source
    union all
    select 'customer_behavior_analysis', source, count()
    from {prefix}reporting.customer_behavior_analysis group by source
    union all
    select 'inventory_turnover_analysis', source, count()
    from {prefix}reporting.inventory_turnover_analysis group by source
),
wanted as (
    select
        source,
        arrayJoin([
            'store_comparison', 'category_performance', 'seasonal_patterns', 'customer_behavior_analysis',
            'inventory_turnover_analysis'
        ]) as view
    from sources
)
select view, source, toInt64(found) as found
from wanted
left join counted using (view, source)
order by view, source
settings join_use_nulls = 0
