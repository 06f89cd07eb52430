{%- set days_per_year = 365 -%}
{{ config(order_by=['source', 'supply_source_id', 'currency'], tags=['estimated', 'predicted']) }}

with lines as (

    select
        source,
        supply_source_id,
        currency,
        toFloat64(estimated_units_per_day) as units_per_day,
        toFloat64(estimated_safety_stock_units) as safety_units,
        toFloat64(pack_units) as pack,
        lead_time_days,
        review_days,
        toFloat64(unit_cost) as cost
    from {{ ref('mart_replenishment') }}
    inner join (
        select source, store_id, product_id, unit_cost from {{ ref('int_stock_positions_taken') }}
    ) as positions using (source, store_id, product_id)
    where is_ranged and unit_cost > 0 and estimated_units_per_day > 0

),

-- Safety stock grows with the root of the days it covers; half a pack is held beyond what is wanted.
terms_valued as (

    select
        *,
        units_per_day * {{ days_per_year }} * cost as bought,
        cost * {{ var('holding_rate_per_year', 0.25) }} as holding,
        lead_time_days + review_days as covered_days,
        safety_units * (1 - sqrt(greatest(covered_days - 1, 0) / covered_days)) * holding as of_a_day_sooner,
        (pack - greatest(pack / 2, least(pack, 1))) / 2 * holding as of_half_the_pack
    from lines
    where covered_days > 0

),

suppliers_summed as (

    select
        source,
        supply_source_id,
        currency,
        count() as items,
        {{ exact_sum('terms_valued.bought') }} as bought_per_year,
        {{ exact_sum('terms_valued.bought') }} * 0.01 as of_a_percent_off,
        {{ exact_sum('terms_valued.of_a_day_sooner') }} as of_a_day_sooner,
        {{ exact_sum('terms_valued.of_half_the_pack') }} as of_half_the_pack,
        {{ exact_sum('terms_valued.bought') }} * 30 / {{ days_per_year }} * {{ var('holding_rate_per_year', 0.25) }}
            as of_paying_later
    from terms_valued
    group by source, supply_source_id, currency

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(supply_source_id as LowCardinality(String)) as supply_source_id,
    cast(currency as LowCardinality(String)) as currency,

    -- counts
    cast(items as Int64) as items,

    -- money a year
    {% for term in [
        'bought_per_year', 'of_a_percent_off', 'of_a_day_sooner', 'of_half_the_pack', 'of_paying_later'
    ] -%}
    cast(toDecimal64(round({{ term }}, 4), 4) as Decimal(18, 4)) as estimated_{{ term }}{{ ',' if not loop.last }}
    {% endfor %}
from suppliers_summed
