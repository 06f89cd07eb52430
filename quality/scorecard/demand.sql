-- Unconstrained demand
-- What customers would have bought of a product in a store and week, had it been there, estimated against the mean of
-- the simulator's distribution. Naive: mean sales of the same weekday over the nine weeks around, without regard to
-- empty shelves.
-- The first 70 days of a history are left out, and weeks that are not whole.

with days_graded as (

    select addDays(min(business_date), 70) as first_day, max(business_date) as last_day
    from truth.demand
    where source = {source:String}

),

measured as (

    select
        store_id, product_id, category, date_key, promotion_id,
        avg(toFloat64(days.units_sold)) over (
            partition by store_id, product_id, toDayOfWeek(date_key) order by date_key rows between 4 preceding
                and 4 following
        ) as usual_units
    from intermediate.int_demand_days_measured as days
    where source = {source:String}

),

weeks as (

    select store_id, product_id, week_start_date, units_per_day
    from intermediate.int_demand_weeks_settled
    where source = {source:String}

),

indexes as (

    select store_id, category, date_key, demand_index
    from intermediate.int_demand_days_indexed
    where source = {source:String}

),

promotions as (

    select promotion_id, product_id, uplift
    from intermediate.int_promotions_uplifted
    where source = {source:String}

),

days_estimated as (

    select
        measured.store_id as store_id,
        measured.product_id as product_id,
        toDate(measured.date_key) as business_date,
        measured.promotion_id != '' as is_on_promotion,
        usual_units,
        units_per_day * ifNull(demand_index, 1) * if(is_on_promotion, ifNull(uplift, 1), 1) as inferred_units
    from measured
    asof inner join weeks
        on measured.store_id = weeks.store_id and measured.product_id = weeks.product_id
        and measured.date_key >= weeks.week_start_date
    left join indexes
        on measured.store_id = indexes.store_id and measured.category = indexes.category
        and measured.date_key = indexes.date_key
    left join promotions
        on measured.promotion_id = promotions.promotion_id and measured.product_id = promotions.product_id

),

pair_weeks as (

    select
        store_id, product_id, toMonday(business_date) as week,
        max(is_on_promotion) as has_promotion,
        max(demand.out_of_stock_minutes) > 0 as has_empty_shelf,
        sum(inferred_units) as inferred,
        sum(usual_units) as naive,
        sum(demand.expected_units) as truth
    from days_estimated
    inner join truth.demand as demand using (store_id, product_id, business_date)
    where demand.source = {source:String}
    group by store_id, product_id, week
    having week >= (select first_day from days_graded) and addDays(week, 6) <= (select last_day from days_graded)

),

parts as (

    select
        arrayJoin(arrayFilter(part -> part != '', [
            'all', if(has_promotion, 'weeks with a promotion', 'weeks without'),
            if(has_empty_shelf, 'weeks with an empty shelf', '')
        ])) as part,
        *
    from pair_weeks

)

select * from (
    select
        part,
        'bias of demand' as measure,
        sum(parts.inferred) as inferred,
        sum(parts.truth) as truth,
        inferred / nullIf(truth, 0) - 1 as relative_error,
        sum(parts.naive) / nullIf(truth, 0) - 1 as naive,
        cast(null as Nullable(Float64)) as aim
    from parts
    group by part

    union all

    select
        part, 'WAPE per pair and week', sum(abs(parts.inferred - parts.truth)) as error, sum(parts.truth) as demand,
        error / nullIf(demand, 0), sum(abs(parts.naive - parts.truth)) / nullIf(demand, 0), null
    from parts
    group by part
)
order by part, measure desc
