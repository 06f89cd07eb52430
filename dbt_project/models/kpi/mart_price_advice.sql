{%- set most_change, steps, days = 0.1, 10, 28 -%}
{{ config(order_by=['source', 'product_id'], tags=['estimated', 'predicted']) }}

with elasticities as (

    select * from {{ ref('mart_price_elasticities') }}

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

-- One price for the chain: where stores have their own, somebody meant it.
prices as (

    select source, product_id, currency, toFloat64(regular_price) as regular_price
    from {{ ref('int_regular_prices_versioned') }}
    inner join sources using (source)
    where store_id = '' and as_of >= valid_from and as_of < valid_to

),

costs as (

    select source, product_id, currency, toFloat64(max(unit_cost)) as unit_cost
    from {{ ref('int_product_costs_versioned') }}
    inner join sources using (source)
    where as_of >= valid_from and as_of < valid_to
    group by source, product_id, currency

),

demand as (

    select source, product_id, {{ exact_sum('ifNull(estimated_units_per_day, 0)') }} as units_per_day
    from {{ ref('mart_replenishment') }}
    where is_ranged
    group by source, product_id

),

-- For each price in bounds, the margin of four weeks beyond that of today's: as expected, and at the less favourable
-- end of the elasticity's interval.
changes_tried as (

    select
        *,
        arrayJoin(range({{ 2 * steps + 1 }})) as step,
        1 + {{ most_change }} * (step - {{ steps }}) / {{ steps }} as ratio,
        regular_price * ratio - unit_cost as unit_margin,
        regular_price - unit_cost as margin_now,
        {{ days }} * units_per_day * (unit_margin * pow(ratio, -estimated_elasticity) - margin_now) as gain,
        {{ days }} * units_per_day * (unit_margin * pow(ratio, -lower_elasticity) - margin_now) as gain_if_lower,
        {{ days }} * units_per_day * (unit_margin * pow(ratio, -upper_elasticity) - margin_now) as gain_if_upper,
        round(least(gain_if_lower, gain_if_upper), 6) as least_gain
    from elasticities
    inner join prices using (source, product_id)
    inner join costs using (source, product_id, currency)
    inner join demand using (source, product_id)
    where regular_price > 0 and unit_cost > 0 and units_per_day > 0 and unit_margin > 0

),

-- Today's price gains nothing at either end, so it stays unless another is better at both.
prices_chosen as (

    select
        source,
        product_id,
        currency,
        min(changes_tried.category) as category,
        max(changes_tried.estimated_elasticity) as estimated_elasticity,
        max(changes_tried.elasticity_deviation) as elasticity_deviation,
        max(changes_tried.regular_price) as price_now,
        max(changes_tried.unit_cost) as cost,
        max(changes_tried.units_per_day) as estimated_units_per_day,
        argMax((ratio, gain, least_gain), (least_gain, -abs(step - {{ steps }}), step)) as chosen
    from changes_tried
    group by source, product_id, currency

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(product_id as LowCardinality(String)) as product_id,

    -- strings
    cast(category as LowCardinality(String)) as category,
    cast(currency as LowCardinality(String)) as currency,
    cast(multiIf(
        chosen.1 > 1.0001, 'raise', chosen.1 < 0.9999, 'lower', 'keep'
    ) as LowCardinality(String)) as advice,

    -- numerics
    estimated_elasticity,
    elasticity_deviation,
    estimated_units_per_day,
    round(chosen.1 - 1, 6) as price_change,

    -- money
    cast(toDecimal64(price_now, 4) as Decimal(18, 4)) as regular_price,
    cast(toDecimal64(cost, 4) as Decimal(18, 4)) as unit_cost,
    cast(toDecimal64(round(price_now * chosen.1, 4), 4) as Decimal(18, 4)) as advised_price,
    cast(toDecimal64(round(chosen.2, 4), 4) as Decimal(18, 4)) as estimated_gain,
    cast(toDecimal64(round(chosen.3, 4), 4) as Decimal(18, 4)) as estimated_least_gain
from prices_chosen
