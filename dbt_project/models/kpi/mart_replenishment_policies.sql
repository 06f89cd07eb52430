{%- set default_service_level, few_units = 0.95, 10 -%}
{{ config(order_by=['source', 'store_id', 'product_id'], tags=['estimated', 'predicted']) }}

with terms as (

    select * from {{ ref('int_replenishment_terms_joined') }}

),

expected as (

    select * from {{ ref('int_demand_expected') }}

),

periods as (

    select source, store_id, product_id, period_units, daily_error_variance from {{ ref('int_demand_periods_summed') }}

),

-- A source with several currencies ranks a product in each; the best rank counts.
abc_classes as (

    select source, product_id, min(mart_product_abc.abc_class) as abc_class
    from {{ ref('mart_product_abc') }} as mart_product_abc
    group by source, product_id

),

demand_classes as (

    select source, store_id, product_id, estimated_demand_class as demand_class, estimated_xyz_class as xyz_class
    from {{ ref('mart_demand_classes') }}

),

segments as (

    select * from {{ ref('segment_policies') }}

),

overrides as (

    select source, store_id, product_id, service_level as own_service_level from {{ ref('policy_overrides') }}

),

sources as (

    select source, toDate32(as_of) as as_of_date from {{ ref('int_sources_dated') }}

),

-- A later word wins, and an old one is none.
advice as (

    select
        source, store_id, product_id, policy, driver, service_level as advised_service_level,
        made_date as advice_date, reorder_point_units, order_up_to_units
    from {{ ref('stg_ml__recommendations') }} as recommendations
    inner join sources using (source)
    where recommendations.made_date <= as_of_date
        and recommendations.made_date > subtractDays(as_of_date, {{ var('advice_days') }})
    order by recommendations.made_date desc
    limit 1 by source, store_id, product_id

),

pairs_classed as (

    select
        *,
        ifNull(classes.abc_class, 'N') as abc_class,
        ifNull(demand_classes.demand_class, 'too short') as demand_class,
        ifNull(demand_classes.xyz_class, 'too short') as xyz_class
    from terms
    left join abc_classes as classes using (source, product_id)
    left join demand_classes using (source, store_id, product_id)

),

pairs_expected as (

    select
        source, store_id, product_id, abc_class, demand_class, xyz_class, lead_time_basis, supply_source_id,
        lead_time_days, lead_time_deviation_days, review_days, protection_days, minimum_presentation_units,
        pairs_classed.is_ranged and not is_closed as is_carried,
        coalesce(own_service_level, service_level, {{ default_service_level }}) as service_level,
        isNotNull(own_service_level) as is_overridden,
        ifNull(is_predicted, false) as is_predicted,
        if(empty(cumulated_units), arrayWithConstant({{ horizon_days() }}, 0.), cumulated_units) as cumulated,
        {{ expected_units('protection_days', 'cumulated') }} as period_expected,
        {{ expected_units('review_days', 'cumulated') }} as review_expected,
        period_expected / protection_days as units_per_day,
        ifNull(daily_error_variance, units_per_day) as error_variance,
        period_units,
        period_expected < {{ few_units }} and notEmpty(period_units) as is_empirical
    from pairs_classed
    left join expected using (source, store_id, product_id)
    left join periods using (source, store_id, product_id)
    left join segments using (abc_class, demand_class)
    left join overrides using (source, store_id, product_id)

),

-- Few units are not spread like a bell: then what periods of that length really brought decides.
pairs_buffered as (

    select
        *,
        if(
            is_empirical,
            period_units[toUInt32(ceil(service_level * length(period_units) - 1e-9))]
            - arraySum(period_units) / length(period_units),
            {{ normal_quantile('service_level') }}
            * sqrt(protection_days * error_variance + pow(units_per_day, 2) * pow(lead_time_deviation_days, 2))
        ) as buffer_units,
        if(is_carried, round(greatest(buffer_units, 0), 3), 0.) as safety_stock_units,
        if(
            is_carried, round(greatest(period_expected + safety_stock_units, minimum_presentation_units), 3), 0.
        ) as reorder_point_units,
        if(is_carried, round(reorder_point_units + review_expected, 3), 0.) as order_up_to_units
    from pairs_expected

),

-- What a person set by hand goes before what was learnt, that before the formula.
pairs_advised as (

    select
        pairs_buffered.* except (service_level, safety_stock_units, reorder_point_units, order_up_to_units),
        isNotNull(advice.policy) and is_carried and not is_overridden as is_advised,
        if(is_advised, advice.policy, 'formula') as policy,
        multiIf(
            not is_carried, 'not carried',
            is_advised, advice.driver,
            pairs_buffered.reorder_point_units <= minimum_presentation_units, 'presentation minimum',
            pairs_buffered.safety_stock_units > period_expected, 'spread of demand',
            'demand'
        ) as policy_driver,
        if(is_advised, advice.advice_date, null) as policy_date,
        if(is_advised, assumeNotNull(advised_service_level), pairs_buffered.service_level) as service_level,
        if(
            is_advised, toFloat64(assumeNotNull(advice.reorder_point_units)), pairs_buffered.reorder_point_units
        ) as reorder_point_units,
        if(
            is_advised, toFloat64(assumeNotNull(advice.order_up_to_units)), pairs_buffered.order_up_to_units
        ) as order_up_to_units,
        if(
            is_advised, round(greatest(reorder_point_units - period_expected, 0), 3), pairs_buffered.safety_stock_units
        ) as safety_stock_units
    from pairs_buffered
    left join advice using (source, store_id, product_id)

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(supply_source_id as LowCardinality(String)) as supply_source_id,

    -- strings
    cast(abc_class as LowCardinality(String)) as abc_class,
    cast(xyz_class as LowCardinality(String)) as estimated_xyz_class,
    cast(demand_class as LowCardinality(String)) as estimated_demand_class,
    cast(lead_time_basis as LowCardinality(String)) as lead_time_basis,
    cast(multiIf(is_advised, 'advised', is_empirical, 'empirical', 'normal') as LowCardinality(String))
        as safety_stock_method,
    cast(policy as LowCardinality(String)) as policy,
    cast(policy_driver as LowCardinality(String)) as policy_driver,

    -- numerics
    cast(service_level as Float64) as service_level,
    cast(lead_time_days as Float64) as lead_time_days,
    cast(lead_time_deviation_days as Float64) as lead_time_deviation_days,
    cast(review_days as Int32) as review_days,
    cast(protection_days as Int32) as protection_days,
    cast(minimum_presentation_units as Decimal(18, 3)) as minimum_presentation_units,

    -- estimates
    cast(round(units_per_day, 6) as Float64) as estimated_units_per_day,
    cast(round(period_expected, 6) as Float64) as estimated_period_units,
    cast(round(error_variance, 6) as Float64) as estimated_daily_error_variance,
    cast(safety_stock_units as Decimal(18, 3)) as estimated_safety_stock_units,
    cast(reorder_point_units as Decimal(18, 3)) as estimated_reorder_point_units,
    cast(order_up_to_units as Decimal(18, 3)) as estimated_order_up_to_units,

    -- booleans
    cast(is_overridden as Bool) as is_overridden,
    cast(is_predicted as Bool) as is_predicted,

    -- dates
    cast(policy_date as Nullable(Date32)) as policy_date
from pairs_advised
