{{ config(
    materialized='table',
    order_by=['source', 'store_id', 'product_id', 'silent_from', 'date_key'],
    query_settings={'join_use_nulls': 1, 'max_block_size': 16384}
) }}

with silences as (

    select
        *,
        arrayJoin(arrayMap(
            offset -> addDays(silent_from_day, offset),
            range(toUInt32(least(dateDiff('day', silent_from_day, toDate32(silent_until)) + 2, 400)))
        )) as date_key
    from {{ ref('int_shelf_silences_found') }}

),

store_days as (

    select source, store_id, date_key, starts_at, ends_at from {{ ref('int_store_days_opened') }}

),

silence_days as (

    select silences.*, starts_at, ends_at
    from silences
    inner join store_days using (source, store_id, date_key)
    where silent_until > starts_at

),

days_offered as (

    select
        source, store_id, product_id, category, date_key, purchases, out_of_stock_share, promotion_id,
        silent_from, silent_until, starts_at
    from {{ ref('int_demand_days_measured') }} as days
    inner join silence_days using (source, store_id, product_id, date_key)

),

days_rated as (

    select
        days_offered.source as source,
        days_offered.store_id as store_id,
        days_offered.product_id as product_id,
        days_offered.category as category,
        days_offered.date_key as date_key,
        silent_from, days_offered.purchases as purchases, mean_size, spread,
        days_offered.promotion_id as promotion_id,
        week_start_date, units_per_day, exposure_of_level,
        ifNull(demand_index, 1) * ifNull(uplift, 1) as times_usual,
        {{ share_of_day_before('silent_until', 'starts_at', 'share_before_hour') }}
        - {{ share_of_day_before('silent_from', 'starts_at', 'share_before_hour') }} as silent_share,
        greatest(1. - out_of_stock_share - silent_share, 0.) as seen_share,
        -- What the silence adds to the week's exposure; days of promotions are no part of that.
        if(promotion_id = '', silent_share * times_usual, 0.) as exposure
    from days_offered
    asof join {{ ref('int_demand_weeks_levelled') }} as weeks
        on days_offered.source = weeks.source and days_offered.store_id = weeks.store_id
        and days_offered.product_id = weeks.product_id and days_offered.date_key >= weeks.week_start_date
    inner join {{ ref('int_sale_hours_profiled') }} as profiles
        on days_offered.source = profiles.source and days_offered.store_id = profiles.store_id
        and days_offered.category = profiles.category
    inner join {{ ref('int_demand_spreads_estimated') }} as spreads
        on days_offered.source = spreads.source and days_offered.category = spreads.category
    left join {{ ref('int_demand_days_indexed') }} as indexes
        on days_offered.source = indexes.source and days_offered.store_id = indexes.store_id
        and days_offered.category = indexes.category and days_offered.date_key = indexes.date_key
    left join {{ ref('int_promotions_uplifted') }} as promotions
        on days_offered.source = promotions.source and days_offered.promotion_id = promotions.promotion_id
        and days_offered.product_id = promotions.product_id

),

-- If the shelf was empty, its silence tells nothing of demand; if it was not, the silence must be judged by what else
-- is known. So the level that a silence is held against is the one without it.
days_usual as (

    select
        *,
        units_per_day * exposure_of_level as units_of_level,
        toFloat64(sum(toDecimal128(exposure, 12)) over weeks_around) as silent_exposure,
        units_of_level / greatest(exposure_of_level - silent_exposure, 0.25) as level_without,
        level_without * times_usual as usual_units_of_day
    from days_rated
    window weeks_around as (
        partition by source, store_id, product_id, silent_from order by toInt32(week_start_date)
        range between 28 preceding and 28 following
    )

),

shelf_silence_days_expected as (

    select
        source, store_id, product_id, category, silent_from, date_key,
        usual_units_of_day / mean_size * seen_share as seen_purchases,
        round({{ units_unseen(
            'usual_units_of_day * silent_share', 'purchases', 'seen_purchases', 'spread'
        ) }}, 6) as expected_units,
        round({{ no_sale_surprise(
            'usual_units_of_day / mean_size * silent_share', 'purchases', 'seen_purchases', 'spread'
        ) }}, 6) as surprise,
        round(units_of_level / mean_size, 6) as purchases_of_level,
        week_start_date,
        round(days_usual.exposure, 6) as exposure
    from days_usual

)

select * except (seen_purchases) from shelf_silence_days_expected
