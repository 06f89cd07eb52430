-- Lost sales
-- Units and margin lost to empty shelves, estimated against what the simulated customers did not get. Demand classes:
-- Syntetos-Boylan-Croston over the true weekly demand of weeks without promotion (mean weeks between demand 1.32,
-- squared variation of non-zero weeks 0.49; "short life" under 26 weeks) in which nothing was lost: else a product would
-- be in a class because of what it lost, lumpy because a great wish met an empty shelf, intermittent because none did.
-- Under 13 such weeks no class is told ("short life").
-- The first 70 days of a history are left out: too little is known by then.

with days_graded as (

    select addDays(min(business_date), 70) as first_day, max(business_date) as last_day
    from truth.demand
    where source = {source:String}

),

weeks as (

    select
        store_id, product_id, toMonday(business_date) as week,
        sum(demand_units) as units,
        sum(lost_units) = 0 as is_whole
    from truth.demand
    where source = {source:String}
    group by store_id, product_id, week
    having countIf(is_promoted) = 0

),

pairs as (

    select
        store_id, product_id,
        count() as weeks_known,
        countIf(is_whole) as weeks_whole,
        weeks_whole / countIf(is_whole and weeks.units > 0) as demand_interval,
        varPopIf(weeks.units, is_whole and weeks.units > 0)
            / pow(avgIf(weeks.units, is_whole and weeks.units > 0), 2) as size_variation,
        multiIf(
            weeks_known < 26 or weeks_whole < 13, 'short life',
            demand_interval <= 1.32, if(size_variation <= 0.49, 'smooth', 'erratic'),
            if(size_variation <= 0.49, 'intermittent', 'lumpy')
        ) as demand_class
    from weeks
    group by store_id, product_id

),

losses as (

    select
        store_id, product_id, toString(cause) as cause,
        toFloat64(estimated_lost_units) as inferred_units, toFloat64(ifNull(estimated_lost_margin, 0))
            as inferred_margin,
        0. as true_units, 0. as true_margin
    from kpi.mart_lost_sales_daily
    where source = {source:String} and date_key between (select first_day from days_graded)
        and (select last_day from days_graded)

    union all

    select store_id, product_id, toString(cause), 0., 0., toFloat64(lost_units), toFloat64(lost_margin)
    from truth.lost_sales
    where source = {source:String} and business_date >= (select first_day from days_graded)

),

parts as (

    select
        arrayJoin(['all', concat('cause: ', cause), concat('class: ', ifNull(demand_class, 'short life'))]) as part,
        losses.*
    from losses
    left join pairs using (store_id, product_id)

)

select * from (
    select
        part,
        'units lost' as measure,
        sum(inferred_units) as inferred,
        sum(true_units) as truth,
        inferred / nullIf(truth, 0) - 1 as relative_error,
        cast(null as Nullable(Float64)) as naive,
        multiIf(part = 'all', 0.1, startsWith(part, 'class') and part != 'class: short life', 0.2, null) as aim
    from parts
    group by part

    union all

    select
        part, 'margin lost', sum(inferred_margin) as inferred, sum(true_margin) as truth,
        inferred / nullIf(truth, 0) - 1, null, null
    from parts
    group by part
)
order by part, measure desc
