{%- set category_spread, product_spread, first_guess, first_spread, fewest_units = 0.5, 0.3, 1.5, 1.0, 20 -%}
{{ config(order_by=['source', 'product_id'], tags=['estimated']) }}

with products as (

    select source, product_id, category from {{ ref('dim_product') }} where is_current and source != ''

),

bases as (

    select source, promotion_id, product_id, toFloat64(sum(ifNull(estimated_base_units, 0))) as base_units
    from {{ ref('mart_promotions') }}
    group by source, promotion_id, product_id

),

-- What a price cut of a known depth did to demand, against what the product's level, its stores and their days let
-- expect: logarithm of the uplift against logarithm of the price.
cuts as (

    select
        source,
        product_id,
        -log(1 - toFloat64(assumeNotNull(offers.discount_rate))) as depth,
        log(greatest(uplifts.uplift, 0.05)) as response
    from {{ ref('int_promotions_uplifted') }} as uplifts
    inner join {{ ref('dim_promotion') }} as offers using (source, promotion_id, product_id)
    inner join bases using (source, promotion_id, product_id)
    where promotion_type = 'price_cut' and discount_rate >= 0.05 and discount_rate <= 0.7
        and base_units >= {{ fewest_units }}

),

cuts_of_sources as (

    select
        source,
        count() as all_cuts,
        {{ exact_sum('depth') }} / all_cuts as mean_depth,
        {{ exact_sum('response') }} / all_cuts as mean_response,
        {{ exact_sum('pow(depth, 2)') }} - all_cuts * pow(mean_depth, 2) as depth_squares,
        {{ exact_sum('depth * response') }} - all_cuts * mean_depth * mean_response as products_sum,
        {{ exact_sum('pow(response, 2)') }} - all_cuts * pow(mean_response, 2) as response_squares
    from cuts
    group by source
    having all_cuts >= 5 and depth_squares > 1e-9

),

-- What a cut does beside its price, by being shown, is the intercept; all products of a source share it.
sources_fitted as (

    select
        source,
        products_sum / depth_squares as slope,
        greatest((response_squares - slope * products_sum) / greatest(all_cuts - 2, 1), 0.01) as noise,
        1 / (1 / pow({{ first_spread }}, 2) + depth_squares / noise) as source_variance,
        source_variance * (
            {{ first_guess }} / pow({{ first_spread }}, 2) + products_sum / noise
        ) as source_elasticity,
        mean_response - source_elasticity * mean_depth as shown_effect
    from cuts_of_sources

),

cuts_of_products as (

    select
        source,
        product_id,
        min(products.category) as category,
        count() as cuts_seen,
        {{ exact_sum('pow(depth, 2)') }} as squares,
        {{ exact_sum('depth * (response - shown_effect)') }} as cross_products
    from cuts
    inner join sources_fitted using (source)
    inner join products using (source, product_id)
    group by source, product_id

),

cuts_of_categories as (

    select
        source,
        category,
        {{ exact_sum('cuts_of_products.squares') }} as category_squares,
        {{ exact_sum('cuts_of_products.cross_products') }} as category_cross_products
    from cuts_of_products
    group by source, category

),

-- A category is drawn to its source, a product to its category, each by how much it has to say for itself (Lindley and
-- Smith, Bayes Estimates for the Linear Model, 1972).
products_fitted as (

    select
        products.source as source,
        products.product_id as product_id,
        products.category as category,
        ifNull(cuts_seen, 0) as price_cuts,
        1 / (1 / (pow({{ category_spread }}, 2) + source_variance) + ifNull(category_squares, 0) / noise)
            as category_variance,
        category_variance * (
            source_elasticity / (pow({{ category_spread }}, 2) + source_variance)
            + ifNull(category_cross_products, 0) / noise
        ) as category_elasticity,
        1 / (1 / pow({{ product_spread }}, 2) + ifNull(squares, 0) / noise) as own_variance,
        own_variance / pow({{ product_spread }}, 2) as share_of_category,
        own_variance * (
            category_elasticity / pow({{ product_spread }}, 2) + ifNull(cross_products, 0) / noise
        ) as elasticity,
        sqrt(own_variance + pow(share_of_category, 2) * category_variance) as deviation
    from products
    inner join sources_fitted on products.source = sources_fitted.source
    left join cuts_of_categories
        on products.source = cuts_of_categories.source and products.category = cuts_of_categories.category
    left join cuts_of_products
        on products.source = cuts_of_products.source and products.product_id = cuts_of_products.product_id

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(product_id as LowCardinality(String)) as product_id,

    -- strings
    cast(category as LowCardinality(String)) as category,

    -- counts
    cast(price_cuts as Int64) as price_cuts,

    -- numerics
    round(category_elasticity, 6) as estimated_category_elasticity,
    round(elasticity, 6) as estimated_elasticity,
    round(deviation, 6) as elasticity_deviation,
    round(elasticity - 1.645 * deviation, 6) as lower_elasticity,
    round(elasticity + 1.645 * deviation, 6) as upper_elasticity
from products_fitted
