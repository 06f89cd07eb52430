-- Lead times
-- Days from the order to the first goods of a line, by source of supply, over lines placed in the last 365 days: the
-- warehouse knows when goods were booked, the truth when they came. Lines of which nothing came have no true lead
-- time.

with days_current as (

    select max(date_key) as last_day from core.fact_purchase_order_lines where source = {source:String}

),

deliveries as (

    select supply_source_id, purchase_order_id, purchase_order_line, min(lead_time_days) as days
    from truth.deliveries
    where source = {source:String} and placed_date > (select subtractDays(last_day, 365) from days_current)
    group by supply_source_id, purchase_order_id, purchase_order_line

),

true_lead_times as (

    select
        supply_source_id,
        count() as true_lines,
        sum(days) as true_days,
        quantileExactHigh(0.9)(days) as true_p90_days
    from deliveries
    group by supply_source_id

),

suppliers as (

    select
        supply_source_id, lead_time_lines, lead_time_days_sum, estimated_lead_time_p90_days as p90_days,
        true_lines, true_days, true_p90_days
    from kpi.mart_supplier_performance
    inner join true_lead_times using (supply_source_id)
    where source = {source:String}

)

select * from (
    select
        'all' as part,
        'mean lead time, days' as measure,
        sum(lead_time_days_sum) / nullIf(sum(lead_time_lines), 0) as inferred,
        sum(true_days) / nullIf(sum(true_lines), 0) as truth,
        inferred / nullIf(truth, 0) - 1 as relative_error,
        cast(null as Nullable(Float64)) as naive,
        cast(null as Nullable(Float64)) as aim
    from suppliers

    union all

    select
        'all', 'P90 within a day, share of suppliers',
        countIf(abs(p90_days - true_p90_days) <= 1) / nullIf(count(), 0) as within, 1, within - 1, null, null
    from suppliers

    union all

    select
        supply_source_id, 'mean lead time, days',
        lead_time_days_sum / nullIf(lead_time_lines, 0) as days, true_days / true_lines as days_in_truth,
        days / nullIf(days_in_truth, 0) - 1, null, null
    from suppliers

    union all

    select supply_source_id, 'P90 of the lead time, days', p90_days, true_p90_days, p90_days / true_p90_days - 1,
    null, null
    from suppliers
)
order by part = 'all' desc, part, measure
