{%- set window_days, least_periods = 182, 28 -%}
{{ config(materialized='table', order_by=['source', 'store_id', 'product_id'], tags=['estimated']) }}

with pairs as (

    select source, store_id, product_id, stock_store_id from {{ ref('int_selling_pairs_stocked') }}

),

links as (

    select * from {{ ref('int_demand_locations_linked') }}

),

terms as (

    select source, store_id, product_id, protection_days from {{ ref('int_replenishment_terms_joined') }}

),

-- The eldest day first; days on which nothing was offered are days without demand.
pair_days as (

    select
        source, store_id, product_id,
        sumResample(0, {{ window_days }}, 1)( -- noqa: LT01
            estimated_base_units, {{ window_days - 1 }} - days_ago
        ) as window_units,
        max(days_ago) + 1 as days_known
    from {{ ref('int_demand_days_unconstrained') }}
    where days_ago < {{ window_days }}
    group by source, store_id, product_id

),

location_days as (

    select
        pair_days.source as source,
        location_id as store_id,
        pair_days.product_id as product_id,
        sumForEach(pair_days.window_units) as window_units,
        max(pair_days.days_known) as days_known
    from pair_days
    inner join pairs
        on pair_days.source = pairs.source and pair_days.store_id = pairs.store_id
        and pair_days.product_id = pairs.product_id
    inner join links
        on pairs.source = links.source and pairs.stock_store_id = links.stock_store_id
        and pairs.product_id = links.product_id
    group by source, store_id, product_id

),

periods as (

    select
        source, store_id, product_id, days_known, protection_days,
        arrayMap(units -> toFloat64(units), arraySlice(window_units, {{ window_days }} - days_known + 1))
            as units_by_day,
        arrayCumSum(units_by_day) as cumulated,
        arraySort(arrayMap(
            day -> round(cumulated[day] - if(day > protection_days, cumulated[day - protection_days], 0.), 6),
            range(toUInt64(protection_days), toUInt64(days_known + 1))
        )) as all_periods,
        arraySum(arrayMap(
            weekday ->
                pow(arraySum((units, day) -> if(day % 7 = weekday, units, 0.), units_by_day,
                    arrayEnumerate(units_by_day)), 2)
                / greatest(arrayCount(day -> day % 7 = weekday, arrayEnumerate(units_by_day)), 1),
            range(7)
        )) as explained_by_weekday
    from location_days
    inner join terms using (source, store_id, product_id)

),

-- Errors of the weekday mean: seven means are taken from the days, so seven degrees of freedom are gone.
demand_periods_summed as (

    select
        source, store_id, product_id, protection_days, days_known,
        if(length(all_periods) >= {{ least_periods }}, all_periods, []) as period_units,
        round(
            greatest(arraySum(units -> units * units, units_by_day) - explained_by_weekday, 0)
            / greatest(days_known - 7, 1), 6
        ) as daily_error_variance
    from periods

)

select * from demand_periods_summed
