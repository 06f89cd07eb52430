{%- set least_weeks, least_days = 26, 4 -%}
{{ config(order_by=['source', 'store_id', 'product_id'], tags=['estimated']) }}

with pairs as (

    select source, store_id, product_id, stock_store_id from {{ ref('int_selling_pairs_stocked') }}

),

-- A web shop has its own demand, and the depot that it sells from has it too.
links as (

    select source, store_id, product_id, store_id as location_id from pairs

    union distinct

    select pairs.source, pairs.store_id, pairs.product_id, links.location_id
    from pairs
    inner join {{ ref('int_demand_locations_linked') }} as links
        on pairs.source = links.source and pairs.stock_store_id = links.stock_store_id
        and pairs.product_id = links.product_id

),

-- Weeks of seven days that end on the last whole day; four days without promotion stand for seven.
pair_weeks as (

    select
        source, store_id, product_id, weeks_ago,
        units_offered / days_offered * 7 as units
    from (
        select
            source, store_id, product_id,
            countResample(0, 364, 7)(days_ago) as days_by_week,  -- noqa: LT01
            sumResample(0, 364, 7)(estimated_units, days_ago) as units_by_week  -- noqa: LT01
        from {{ ref('int_demand_days_unconstrained') }}
        where not is_promoted
        group by source, store_id, product_id
    )
    array join
        days_by_week as days_offered, units_by_week as units_offered, arrayEnumerate(days_by_week) as weeks_ago
    where days_offered >= {{ least_days }}

),

location_weeks as (

    select
        pair_weeks.source as source,
        location_id as store_id,
        pair_weeks.product_id as product_id,
        weeks_ago,
        toDecimal64(sum(toDecimal64(pair_weeks.units, 6)), 6) as units,
        -- Fractions are estimates of what was lost: a week has demand from half a unit on.
        units >= 0.5 as has_demand
    from pair_weeks
    inner join links using (source, store_id, product_id)
    group by source, store_id, product_id, weeks_ago

),

pairs_measured as (

    select
        source, store_id, product_id,
        count() as weeks,
        countIf(has_demand) as weeks_with_demand,
        sum(location_weeks.units) as units_sum,
        sum(toDecimal128(location_weeks.units, 6) * location_weeks.units) as units_squared_sum,
        sumIf(location_weeks.units, has_demand) as sizes_sum,
        sumIf(toDecimal128(location_weeks.units, 6) * location_weeks.units, has_demand) as sizes_squared_sum
    from location_weeks
    group by source, store_id, product_id

),

pairs_varied as (

    select
        *,
        {{ squared_variation('units_sum', 'units_squared_sum', 'weeks') }} as squared_variation,
        {{ squared_variation('sizes_sum', 'sizes_squared_sum', 'weeks_with_demand') }} as size_variation,
        weeks / nullIf(weeks_with_demand, 0) as demand_interval,
        weeks >= {{ least_weeks }} as is_long_enough
    from pairs_measured

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as String) as product_id,

    -- strings
    cast(multiIf(
        not is_long_enough, 'too short',
        isNull(demand_interval), 'Z',
        squared_variation < 0.25, 'X',
        squared_variation < 1, 'Y',
        'Z'
    ) as LowCardinality(String)) as estimated_xyz_class,
    cast(multiIf(
        not is_long_enough, 'too short',
        isNull(demand_interval), 'no demand',
        demand_interval < 1.32 and size_variation < 0.49, 'smooth',
        demand_interval < 1.32, 'erratic',
        size_variation < 0.49, 'intermittent',
        'lumpy'
    ) as LowCardinality(String)) as estimated_demand_class,

    -- numerics
    cast(weeks as Int32) as weeks,
    cast(weeks_with_demand as Int32) as estimated_weeks_with_demand,
    cast(units_sum as Decimal(18, 6)) as estimated_units,
    cast(sqrt(squared_variation) as Nullable(Float64)) as estimated_variation,
    cast(demand_interval as Nullable(Float64)) as estimated_demand_interval_weeks,
    cast(size_variation as Nullable(Float64)) as estimated_squared_size_variation
from pairs_varied
