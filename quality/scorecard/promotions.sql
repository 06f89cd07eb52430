-- Promotion uplift
-- The factor on demand while a product is promoted, weighted by the units expected without: for the report (mart),
-- from sales as they were, and for lost sales (demand model), with empty shelves taken out. Naive: promoted days
-- against the eight weeks before, as they are sold. The truth is the effect of the price and the display on the
-- product itself. Promotions that begin in the first 70 days of a history are left out, and those that had not ended.

with days_graded as (

    select addDays(min(business_date), 70) as first_day, max(business_date) as last_day
    from truth.demand
    where source = {source:String}

),

promotions as (

    select promotion_id, product_id, uplift as true_uplift
    from truth.promotions
    where source = {source:String} and starts_on >= (select first_day from days_graded)
        and ends_on <= (select last_day from days_graded)

),

marts as (

    select
        promotion_id, product_id,
        toFloat64(sum(ifNull(estimated_base_units, 0))) as base_units,
        toFloat64(sumIf(units_sold, isNotNull(estimated_base_units))) as sold_units
    from kpi.mart_promotions
    where source = {source:String}
    group by promotion_id, product_id
    having base_units > 0

),

models as (

    select promotion_id, product_id, uplift as model_uplift
    from intermediate.int_promotions_uplifted
    where source = {source:String}

),

compared as (

    select base_units, sold_units, true_uplift, model_uplift, sold_units / base_units as mart_uplift
    from promotions
    inner join marts using (promotion_id, product_id)
    inner join models using (promotion_id, product_id)

)

select * from (
    select
        'all' as part,
        'uplift, demand model' as measure,
        sum(base_units * model_uplift) / nullIf(sum(base_units), 0) as inferred,
        sum(base_units * true_uplift) / nullIf(sum(base_units), 0) as truth,
        inferred / nullIf(truth, 0) - 1 as relative_error,
        sum(sold_units) / nullIf(sum(base_units), 0) / nullIf(truth, 0) - 1 as naive,
        cast(null as Nullable(Float64)) as aim
    from compared

    union all

    select
        'all', 'uplift, mart',
        sum(sold_units) / nullIf(sum(base_units), 0) as mart,
        sum(base_units * true_uplift) / nullIf(sum(base_units), 0) as effect,
        mart / nullIf(effect, 0) - 1, null, null
    from compared

    union all

    select
        'each promotion', 'mean absolute error of the uplift, demand model',
        sum(base_units * abs(model_uplift - true_uplift)) / nullIf(sum(base_units), 0) as error,
        sum(base_units * true_uplift) / nullIf(sum(base_units), 0) as effect,
        error / nullIf(effect, 0),
        sum(base_units * abs(mart_uplift - true_uplift)) / nullIf(sum(base_units), 0) / nullIf(effect, 0), null
    from compared
)
order by part, measure
