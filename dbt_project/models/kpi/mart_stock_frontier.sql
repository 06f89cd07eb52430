{%- set replayed_days, known_days = 56, 728 -%}
{%- set multipliers = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3] -%}
{{ config(order_by=['source', 'abc_class', 'estimated_demand_class', 'level_multiplier'], tags=['estimated']) }}

-- What service a stock level buys: base stock of so many times the usual demand of lead time and review, replayed day
-- by day over the last 56 days. The level knows the days before them alone.

with terms as (

    select
        source, store_id, product_id, toFloat64(assumeNotNull(stock.unit_cost)) as unit_cost,
        greatest(toInt64(whole_lead_time_days), 1) as lead_days, greatest(toInt64(review_days), 1) as cycle_days,
        lead_days + cycle_days - 1 as last_days
    from {{ ref('int_replenishment_terms_joined') }} as terms_joined
    inner join (
        select source, store_id, product_id, unit_cost from {{ ref('int_stock_positions_taken') }}
    ) as stock using (source, store_id, product_id)
    where stock.unit_cost > 0 and is_ranged

),

series as (

    select
        source, store_id, product_id,
        arrayMap(unit -> toFloat64(unit), arraySlice(units, {{ known_days - replayed_days + 1 }}, {{ replayed_days }}))
            as days,
        arraySlice(units, {{ known_days - 2 * replayed_days + 1 }}, {{ replayed_days }}) as days_before,
        arrayCount(
            day -> day > 0, arraySlice(offered, {{ known_days - 2 * replayed_days + 1 }}, {{ replayed_days }})
        ) as days_offered,
        toFloat64(arraySum(days_before)) / nullIf(days_offered, 0) as units_per_day
    from {{ ref('int_demand_series_arrayed') }}

),

abc_classes as (

    select source, product_id, min(mart_product_abc.abc_class) as abc_class
    from {{ ref('mart_product_abc') }} as mart_product_abc
    group by source, product_id

),

demand_classes as (

    select source, store_id, product_id, estimated_demand_class as demand_class from {{ ref('mart_demand_classes') }}

),

levels as (

    select
        source, store_id, product_id, days, unit_cost, lead_days, cycle_days,
        arrayJoin({{ multipliers }}) as level_multiplier,
        ceil(level_multiplier * assumeNotNull(units_per_day) * last_days - 1e-9) as level
    from series
    inner join terms using (source, store_id, product_id)
    where units_per_day > 0

),

-- An evening, a night and a day as in the replay of the stock policies: on an order day what lacks is ordered, it comes
-- after the lead time in the morning, demand takes what is there, the rest is lost. Held: unit-days at the end of days.
replayed as (

    select
        source, store_id, product_id, level_multiplier, unit_cost, level, arraySum(days) as wanted,
        arrayFold(
            (shop, unit, day) -> (
                {# on hand, ordered by the days until it comes, lost, held #}
                greatest(shop.1 + {{ ordered_tonight() }}[1] - unit, 0.),
                arrayPopFront({{ ordered_tonight() }}),
                shop.3 + greatest(unit - shop.1 - {{ ordered_tonight() }}[1], 0.),
                shop.4 + greatest(shop.1 + {{ ordered_tonight() }}[1] - unit, 0.)
            ),
            days, arrayEnumerate(days),
            (level, arrayWithConstant(lead_days - 1, 0.), 0., 0.)
        ) as shop
    from levels

),

segments as (

    select
        source, ifNull(abc_class, 'N') as abc_class, ifNull(demand_class, 'too short') as demand_class,
        level_multiplier,
        count() as series_count,
        sum(toDecimal64(wanted, 6)) as wanted_units,
        sum(toDecimal64(shop.3, 6)) as lost_units,
        sum(toDecimal64(shop.4 * unit_cost / {{ replayed_days }}, 4)) as stock_value
    from replayed
    left join abc_classes using (source, product_id)
    left join demand_classes using (source, store_id, product_id)
    group by source, abc_class, demand_class, level_multiplier

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,

    -- strings
    cast(abc_class as LowCardinality(String)) as abc_class,
    cast(demand_class as LowCardinality(String)) as estimated_demand_class,

    -- numerics
    cast(level_multiplier as Float64) as level_multiplier,
    cast(series_count as Int64) as series_count,
    cast(wanted_units as Decimal(18, 6)) as estimated_wanted_units,
    cast(lost_units as Decimal(18, 6)) as estimated_lost_units,
    cast(stock_value as Decimal(18, 4)) as estimated_stock_value
from segments
