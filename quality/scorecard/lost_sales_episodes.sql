-- Lost sales, episode by episode
-- An episode: days on end on which a store and product lost a unit in truth, or at least 0.05 units by the estimate or
-- the naive rule. Of those without a true loss only the ones with half a unit or more by either count as wrong; what
-- the rest add up to is a line of its own. Scored: mean absolute error per episode as a share of the mean true loss.
-- Naive: mean sales of the last four same weekdays × share of open minutes without book stock.
-- The first 70 days of a history are left out.

with days_graded as (

    select addDays(min(business_date), 70) as first_day, max(business_date) as last_day
    from truth.demand
    where source = {source:String}

),

stock as (

    select store_id as stock_store_id, product_id, date_key, least(out_of_stock_minutes / open_minutes, 1)
        as empty_share
    from core.fact_inventory
    where source = {source:String} and out_of_stock_minutes > 0

),

selling_pairs as (

    select store_id, product_id, stock_store_id
    from intermediate.int_selling_pairs_stocked
    where source = {source:String}

),

days_rated as (

    select
        store_id, product_id, date_key,
        avg(toFloat64(days.units_sold)) over (
            partition by store_id, product_id, toDayOfWeek(date_key) order by date_key rows between 4 preceding
                and 1 preceding
        ) as usual_units
    from intermediate.int_demand_days_measured as days
    where source = {source:String}

),

days as (

    select
        store_id, product_id, toDate(date_key) as day,
        sum(inferred_units) as inferred, sum(true_units) as truth, sum(naive_units) as naive
    from (
        select
            toString(store_id) as store_id, toString(product_id) as product_id, date_key,
            toFloat64(estimated_lost_units) as inferred_units, 0. as true_units, 0. as naive_units
        from kpi.mart_lost_sales_daily
        where source = {source:String}

        union all

        select store_id, product_id, toDate32(business_date), 0., toFloat64(lost_units), 0.
        from truth.lost_sales
        where source = {source:String}

        union all

        select store_id, product_id, date_key, 0., 0., usual_units * empty_share
        from stock
        inner join selling_pairs using (stock_store_id, product_id)
        inner join days_rated using (store_id, product_id, date_key)
        where isFinite(usual_units)
    ) as losses
    where date_key between (select first_day from days_graded) and (select last_day from days_graded)
    group by store_id, product_id, day

),

episodes as (

    select store_id, product_id, sum(inferred) as inferred, sum(truth) as truth, sum(naive) as naive
    from (
        select
            *, toInt32(day) - row_number() over (partition by store_id, product_id order by day) as island
        from days
        where truth > 0 or inferred >= 0.05 or naive >= 0.05
    ) as days_numbered
    group by store_id, product_id, island

),

episodes_graded as (

    select *, abs(episodes.inferred - episodes.truth) as error, abs(episodes.naive - episodes.truth) as naive_error
    from episodes
    where episodes.truth > 0 or round(episodes.inferred, 6) >= 0.5 or round(episodes.naive, 6) >= 0.5

)

select
    'all' as part,
    'mean absolute error per episode' as measure,
    avg(error) as inferred,
    avg(episodes_graded.truth) as truth,
    inferred / nullIf(truth, 0) as relative_error,
    avg(naive_error) / nullIf(truth, 0) as naive,
    cast(null as Nullable(Float64)) as aim
from episodes_graded

union all

select
    'with a true loss', 'mean absolute error per episode',
    avgIf(error, episodes_graded.truth > 0) as mean_error, avgIf(episodes_graded.truth, episodes_graded.truth > 0)
        as mean_loss,
    mean_error / nullIf(mean_loss, 0), avgIf(naive_error, episodes_graded.truth > 0) / nullIf(mean_loss, 0), null
from episodes_graded

union all

select
    'all', 'units lost in all episodes',
    sum(episodes_graded.inferred) as found, sum(episodes_graded.truth) as lost,
    found / nullIf(lost, 0) - 1, sum(episodes_graded.naive) / nullIf(lost, 0) - 1, null
from episodes_graded

union all

select
    'left out: under half a unit, none in truth', 'units lost',
    sumIf(episodes.inferred, episodes.truth = 0 and round(episodes.inferred, 6) < 0.5
        and round(episodes.naive, 6) < 0.5),
    0, null, null, null
from episodes
