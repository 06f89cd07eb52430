{{ config(materialized='table', order_by=['source', 'category'], tags=['estimated']) }}

-- How many units a customer wants at once. A purchase that empties the shelf tells only that at least so many were
-- wanted, so sizes are estimated as lifetimes with censoring are: Kaplan and Meier (1958), the product-limit estimate.

with depletions as (

    select source, store_id, product_id, depleted_at from {{ ref('int_stock_depletions_dated') }}

),

categories as (

    select distinct source, product_id, category from {{ ref('int_selling_pairs_stocked') }}

),

purchases as (

    select
        movements.source as source,
        category,
        toFloat64(-movements.units) as size,
        (movements.source, movements.store_id, movements.product_id, movements.moved_at) in (
            select source, store_id, product_id, depleted_at from depletions
        ) as is_censored
    from {{ ref('fact_inventory_movements') }} as movements
    inner join categories using (source, product_id)
    where movement_type = 'sale'

),

sizes as (

    select source, category, size, countIf(not is_censored) as bought, countIf(is_censored) as cut_short
    from purchases
    group by source, category, size

),

-- Who was cut short at a size wanted that many or more: of larger sizes only, it is known that they were not refused.
hazards as (

    select
        source, category, size,
        sum(bought) over larger + sum(cut_short) over larger - cut_short as at_risk,
        if(at_risk > 0, bought / at_risk, 1.) as hazard
    from sizes
    window larger as (partition by source, category order by size desc rows between unbounded preceding and current row)

),

purchase_sizes_estimated as (

    select
        source, category,
        arraySort(groupArray((size, hazard))) as sizes_and_hazards,
        arrayMap(each -> each.1, sizes_and_hazards) as sizes,
        arrayMap(
            (each, number) -> each.2 * arrayProduct(arrayPushFront(
                arrayMap(before -> 1. - before.2, arraySlice(sizes_and_hazards, 1, number - 1)), 1.
            )),
            sizes_and_hazards, arrayEnumerate(sizes_and_hazards)
        ) as masses,
        arrayMap(mass -> round(mass / arraySum(masses), 9), masses) as shares,
        round(arraySum((size, share) -> size * share, sizes, shares), 6) as mean_size
    from hazards
    group by source, category

)

select source, category, sizes, shares, mean_size from purchase_sizes_estimated
