-- Price elasticities
-- Elasticity of each category (`mart_price_elasticities`) against what the true uplifts of its price cuts say, weighted by
-- their number; categories with three cuts or more. Naive: what is usually said of consumer goods, 1.5 for all. True
-- uplifts scatter by a fifth around their law, so a category with few cuts is uncertain in the truth as well.

with cuts as (

    select
        products.category as category,
        -log(1 - toFloat64(assumeNotNull(offers.discount_rate))) as depth,
        log(toFloat64(happened.uplift)) as response
    from truth.promotions as happened
    inner join core.dim_promotion as offers
        on happened.source = offers.source and happened.promotion_id = offers.promotion_id
        and happened.product_id = offers.product_id
    inner join core.dim_product as products
        on happened.source = products.source and happened.product_id = products.product_id
    where happened.source = {source:String} and products.is_current
        and offers.promotion_type = 'price_cut' and offers.discount_rate between 0.05 and 0.7

),

shown as (

    select avg(response) - covarSamp(depth, response) / varSamp(depth) * avg(depth) as shown_effect from cuts

),

truths as (

    select category, count() as price_cuts, sum(depth * (response - shown_effect)) / sum(pow(depth, 2)) as elasticity
    from cuts
    cross join shown
    group by category
    having price_cuts >= 3

),

estimates as (

    select category, max(estimated_category_elasticity) as estimated
    from kpi.mart_price_elasticities
    where source = {source:String}
    group by category

),

compared as (

    select price_cuts, elasticity, estimated from truths inner join estimates using (category)

)

select * from (
    select
        'all' as part,
        'elasticity, mean of categories' as measure,
        sum(price_cuts * estimated) / nullIf(sum(price_cuts), 0) as inferred,
        sum(price_cuts * elasticity) / nullIf(sum(price_cuts), 0) as truth,
        inferred / nullIf(truth, 0) - 1 as relative_error,
        1.5 / nullIf(truth, 0) - 1 as naive,
        cast(null as Nullable(Float64)) as aim
    from compared

    union all

    select
        'each category', 'mean absolute error of the elasticity',
        sum(price_cuts * abs(estimated - elasticity)) / nullIf(sum(price_cuts), 0) as error,
        sum(price_cuts * elasticity) / nullIf(sum(price_cuts), 0) as mean_elasticity,
        error / nullIf(mean_elasticity, 0),
        sum(price_cuts * abs(1.5 - elasticity)) / nullIf(sum(price_cuts), 0) / nullIf(mean_elasticity, 0),
        null
    from compared
)
where isNotNull(truth)
order by part, measure
