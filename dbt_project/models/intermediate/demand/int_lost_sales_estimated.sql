{{ config(
    materialized='table', order_by=['source', 'store_id', 'product_id', 'date_key', 'cause'], tags=['estimated']
) }}

with stock_outs as (

    select * from {{ ref('int_stock_out_days_shared') }}

),

days as (

    select source, store_id, product_id, date_key, toFloat64(units_sold) as units_sold, purchases, promotion_id
    from {{ ref('int_demand_days_measured') }}
    where out_of_stock_share > 0

),

pairs as (

    select source, store_id, product_id, stock_store_id, category from {{ ref('int_selling_pairs_stocked') }}

),

stock_outs_rated as (

    select
        stock_outs.source as source,
        stock_outs.store_id as store_id,
        stock_outs.product_id as product_id,
        stock_outs.date_key as date_key,
        out_of_stock_share, mean_size, spread,
        days.purchases as purchases,
        -- The level of the other days, for the day speaks for itself; days of promotions are no part of it anyway.
        greatest(
            weeks.units_per_day * exposure_of_level - if(days.promotion_id = '', days.units_sold, 0.), 0.25
        ) / greatest(
            exposure_of_level
                - if(days.promotion_id = '', (1. - out_of_stock_share) * ifNull(demand_index, 1), 0.),
            0.25
        ) as level_of_other_days,
        level_of_other_days * ifNull(demand_index, 1) * ifNull(uplift, 1) as usual_units_of_day
    from stock_outs
    inner join days
        on stock_outs.source = days.source and stock_outs.store_id = days.store_id
        and stock_outs.product_id = days.product_id and stock_outs.date_key = days.date_key
    asof join {{ ref('int_demand_weeks_settled') }} as weeks
        on stock_outs.source = weeks.source and stock_outs.store_id = weeks.store_id
        and stock_outs.product_id = weeks.product_id and stock_outs.date_key >= weeks.week_start_date
    inner join {{ ref('int_demand_spreads_estimated') }} as spreads
        on stock_outs.source = spreads.source and stock_outs.category = spreads.category
    left join {{ ref('int_demand_days_indexed') }} as indexes
        on stock_outs.source = indexes.source and stock_outs.store_id = indexes.store_id
        and stock_outs.category = indexes.category and stock_outs.date_key = indexes.date_key
    left join {{ ref('int_promotions_uplifted') }} as promotions
        on days.source = promotions.source and days.promotion_id = promotions.promotion_id
        and days.product_id = promotions.product_id

),

-- Nothing there by the book: what that part of the day would have brought, on a day as busy as the rest of it was.
lost_without_stock as (

    select
        source, store_id, product_id, date_key,
        'no_stock' as cause,
        {{ units_unseen(
            'usual_units_of_day * out_of_stock_share', 'purchases',
            'usual_units_of_day / mean_size * (1. - out_of_stock_share)', 'spread'
        ) }} as units
    from stock_outs_rated

),

silences as (

    select * from {{ ref('int_shelf_silences_judged') }}

),

lost_to_phantoms as (

    select
        silences.source as source,
        silences.store_id as store_id,
        silences.product_id as product_id,
        silence_days.date_key as date_key,
        'phantom' as cause,
        phantom_probability * silence_days.expected_units as units
    from {{ ref('int_shelf_silence_days_expected') }} as silence_days
    inner join silences
        on silence_days.source = silences.source and silence_days.store_id = silences.store_id
        and silence_days.product_id = silences.product_id and silence_days.silent_from = silences.silent_from

),

-- Who emptied the shelf may have wanted more.
lost_with_last_units as (

    select
        depletions.source as source,
        pairs.store_id as store_id,
        depletions.product_id as product_id,
        depletions.date_key as date_key,
        'last_units' as cause,
        {{ unmet_units('toFloat64(depletions.units)', 'sizes', 'shares') }} as units
    from {{ ref('int_stock_depletions_dated') }} as depletions
    inner join pairs
        on depletions.source = pairs.source and depletions.store_id = pairs.stock_store_id
        and depletions.product_id = pairs.product_id
    inner join {{ ref('int_purchase_sizes_estimated') }} as sizes
        on pairs.source = sizes.source and pairs.category = sizes.category

    union all

    select source, store_id, product_id, silent_from_day, 'last_units', phantom_probability * unmet_units
    from silences
    where last_sold_units > 0

),

lost_sales_estimated as (

    select
        lost.source as source, lost.store_id as store_id, lost.product_id as product_id, date_key, cause,
        min(pairs.category) as category,
        round(sum(lost.units), 6) as units
    from (
        select * from lost_without_stock
        union all
        select * from lost_to_phantoms
        union all
        select * from lost_with_last_units
    ) as lost
    inner join pairs using (source, store_id, product_id)
    where lost.units > 0
    group by source, store_id, product_id, date_key, cause

)

select * from lost_sales_estimated
