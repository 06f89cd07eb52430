-- Unknown loss where nothing was counted
-- Cost of what disappeared from pairs that were not counted in a calendar month, estimated from what counts elsewhere
-- found up to that month, against every hidden movement of these pairs.
-- The first 100 days of a history are left out, and months that are not whole.

with months_graded as (

    select
        toStartOfMonth(addDays(min(business_date), 100)) as first_month,
        toStartOfMonth(addDays(max(business_date), 1)) as end_month
    from truth.demand
    where source = {source:String}

),

true_losses as (

    select
        toString(location_id) as store_id, toString(product_id) as product_id, toStartOfMonth(moved_at) as month,
        sum(-quantity) as true_units, toFloat64(sum(-quantity * unit_cost)) as true_amount
    from truth.hidden_movements
    where source = {source:String}
    group by store_id, product_id, month

),

estimates as (

    select
        toString(losses.store_id) as store_id, toString(losses.product_id) as product_id, toDate(month_start_date)
            as month,
        counts,
        toFloat64(ifNull(estimated_loss_units, 0)) as inferred_units,
        toFloat64(ifNull(estimated_loss_amount, 0)) as inferred_amount
    from kpi.mart_unknown_loss_estimated as losses
    where source = {source:String}

),

pair_months as (

    select estimates.*, ifNull(true_units, 0) as true_units, ifNull(true_amount, 0) as true_amount
    from estimates
    left join true_losses using (store_id, product_id, month)
    where month >= (select first_month from months_graded) and month < (select end_month from months_graded)

)

select * from (
    select
        'all' as part,
        'loss at cost, months not counted' as measure,
        sumIf(inferred_amount, counts = 0) as inferred,
        sumIf(pair_months.true_amount, counts = 0) as truth,
        inferred / nullIf(truth, 0) - 1 as relative_error,
        cast(null as Nullable(Float64)) as naive,
        cast(0.15 as Nullable(Float64)) as aim
    from pair_months

    union all

    select
        'all', 'units lost, months not counted',
        sumIf(inferred_units, counts = 0) as found, sumIf(pair_months.true_units, counts = 0) as lost,
        found / nullIf(lost, 0) - 1, null, null
    from pair_months

    union all

    select
        'counted or not', 'loss at cost, every month', sum(inferred_amount) as found, sum(pair_months.true_amount)
            as lost,
        found / nullIf(lost, 0) - 1, null, null
    from pair_months
)
order by part, measure
