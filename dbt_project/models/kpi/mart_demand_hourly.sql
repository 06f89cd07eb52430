{{ config(order_by=['source', 'store_id', 'date_key', 'local_hour'], tags=['estimated']) }}

with lost as (

    select * from {{ ref('mart_lost_sales_daily') }}

),

pairs as (

    select source, store_id, product_id, stock_store_id from {{ ref('int_selling_pairs_stocked') }}

),

profiles as (

    select * from {{ ref('int_sale_hours_profiled') }}

),

store_days as (

    select source, store_id, date_key, starts_at from {{ ref('int_store_days_opened') }}

),

stock_outs as (

    select source, store_id as stock_store_id, product_id, date_key, out_of_stock_spells
    from {{ ref('fact_inventory') }}
    where notEmpty(out_of_stock_spells) and is_ranged

),

-- What is spread over the same hours is one sum: most of what is lost, and all that was out of stock the whole day.
lost_summed as (

    select
        lost.source as source,
        lost.store_id as store_id,
        lost.date_key as date_key,
        lost.category as category,
        lost.cause as cause,
        if(lost.cause = 'no_stock', out_of_stock_spells, []) as spells,
        sum(toInt64(estimated_lost_units * 1000000)) as millionths,
        sum(toInt64(estimated_lost_amount * 10000)) as money
    from lost
    inner join pairs
        on lost.source = pairs.source and lost.store_id = pairs.store_id and lost.product_id = pairs.product_id
    left join stock_outs
        on lost.source = stock_outs.source and pairs.stock_store_id = stock_outs.stock_store_id
        and lost.product_id = stock_outs.product_id and lost.date_key = stock_outs.date_key
    group by source, store_id, date_key, category, cause, spells

),

-- What a day lost without stock falls into the hours without stock, the rest into those in which the category sells;
-- on the two days a year on which clocks change, an hour beside the clock's.
lost_profiled as (

    select
        lost_summed.source as source,
        lost_summed.store_id as store_id,
        lost_summed.date_key as date_key,
        cause,
        millionths,
        money,
        if(
            empty(share_before_hour),
            arrayMap(hour -> 1., range(24)),
            arrayMap(hour -> share_before_hour[hour + 2] - share_before_hour[hour + 1], range(24))
        ) as usual_shares,
        arrayMap(
            (share, hour) -> share * arraySum(
                spell -> greatest(
                    least(dateDiff('second', starts_at, spell.2), 3600 * (hour + 1))
                    - greatest(dateDiff('second', starts_at, spell.1), 3600 * hour), 0
                ), spells
            ),
            usual_shares, range(24)
        ) as shares_without_stock,
        arrayCumSum(if(arraySum(shares_without_stock) > 0, shares_without_stock, usual_shares)) as shares_so_far
    from lost_summed
    inner join store_days
        on lost_summed.source = store_days.source and lost_summed.store_id = store_days.store_id
        and lost_summed.date_key = store_days.date_key
    left join profiles
        on lost_summed.source = profiles.source and lost_summed.store_id = profiles.store_id
        and lost_summed.category = profiles.category

),

-- Whole millionths of a unit up to the end of each hour; less those up to its beginning, the hours add up to the day.
lost_so_far as (

    select
        source, store_id, date_key, cause,
        sumForEach(arrayMap(share -> toInt64(round(millionths * share / shares_so_far[24])), shares_so_far))
            as millionths_until,
        sumForEach(arrayMap(share -> toInt64(round(ifNull(money, 0) * share / shares_so_far[24])), shares_so_far))
            as money_until,
        count(money) > 0 as is_priced
    from lost_profiled
    group by source, store_id, date_key, cause

),

lost_by_hour as (

    select
        source, store_id, date_key, cause, hour,
        millionths_until[hour + 1] - millionths_until[hour] as lost_millionths,
        if(is_priced, money_until[hour + 1] - money_until[hour], null) as lost_money
    from lost_so_far
    array join range(24) as hour
    where lost_millionths != 0 or ifNull(lost_money, 0) != 0

),

-- Where nothing tells the stock, nobody knows what was not sold.
sold_by_hour as (

    select source, store_id, date_key, local_hour, sum(hourly.units_sold) as units_sold
    from {{ ref('mart_sales_hourly') }} as hourly
    where (source, store_id) in (select source, store_id from pairs)
    group by source, store_id, date_key, local_hour

),

sold_and_lost as (

    select source, store_id, date_key, local_hour, units_sold, '' as cause,
        0 as lost_millionths, null as lost_money
    from sold_by_hour

    union all

    select source, store_id, date_key, hour, 0, cause, lost_millionths, lost_money from lost_by_hour

),

demand_by_hour as (

    select
        source,
        store_id,
        date_key,
        local_hour,
        sum(sold_and_lost.units_sold) as units_sold,
        toDecimal128(sumIf(lost_millionths, cause = 'no_stock'), 6) / 1000000 as units_without_stock,
        toDecimal128(sumIf(lost_millionths, cause = 'phantom'), 6) / 1000000 as units_to_phantoms,
        toDecimal128(sumIf(lost_millionths, cause = 'last_units'), 6) / 1000000 as units_with_last_units,
        toDecimal128(sum(lost_millionths), 6) / 1000000 as lost_units,
        toDecimal128(sum(lost_money), 4) / 10000 as lost_amount
    from sold_and_lost
    group by source, store_id, date_key, local_hour

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(date_key as Date32) as date_key,
    cast(local_hour as Int32) as local_hour,

    -- units
    cast(units_sold as Decimal(18, 3)) as units_sold,

    -- estimates
    cast(units_without_stock as Decimal(18, 6)) as estimated_units_lost_without_stock,
    cast(units_to_phantoms as Decimal(18, 6)) as estimated_units_lost_to_phantoms,
    cast(units_with_last_units as Decimal(18, 6)) as estimated_units_lost_with_last_units,
    cast(lost_units as Decimal(18, 6)) as estimated_lost_units,
    cast(units_sold + lost_units as Decimal(18, 6)) as estimated_demand_units,
    cast(lost_amount as Nullable(Decimal(18, 4))) as estimated_lost_amount
from demand_by_hour
