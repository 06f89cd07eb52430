{{ config(materialized='table', order_by=['source', 'category'], tags=['estimated']) }}

-- How much busier or quieter one day is than another for a product, beyond chance. If a day's purchases are Poisson and
-- their rate varies from day to day by a gamma distribution of mean m and squared variation v, n purchases make
-- n × (n − 1) pairs, m² × (1 + v) in the mean (the negative binomial: Greenwood and Yule, JRSS 83, 1920), and the
-- purchases of two different days make m² each. Days cut short by an empty shelf are filled up by what v lets expect
-- of them, for to leave out busy days is to find them all alike; that changes v, and so on (EM).

{%- set rounds, prior_pairs = 40, 10 %}

with weeks as (

    select * from {{ ref('int_demand_weeks_levelled') }}

),

sizes as (

    select source, category, mean_size from {{ ref('int_purchase_sizes_estimated') }}

),

weeks_around as (

    select
        source, store_id, product_id, week_start_date, category, purchases, squared_purchases, squared_exposure,
        units_per_day,
        pow(sum(weeks.purchases) over around, 2) - sum(weeks.squared_purchases) over around as pairs_between_days,
        pow(sum(weeks.exposure) over around, 2) - sum(weeks.squared_exposure) over around as exposure_between_days,
        if(exposure_between_days > 0, pairs_between_days / exposure_between_days, 0.) as squared_mean
    from weeks
    {{ windows_of_weeks() }}

),

days_cut_short as (

    select
        days.source as source,
        days.category as category,
        days.purchases as purchases,
        squared_mean * demand_index * demand_index as squared_mean_of_day,
        pow((1. - days.out_of_stock_share) * demand_index, 2) * squared_mean as squared_mean_counted,
        units_per_day * demand_index / mean_size * (1. - days.out_of_stock_share) as expected_seen,
        units_per_day * demand_index / mean_size * days.out_of_stock_share as expected_unseen
    from {{ ref('int_demand_days_measured') }} as days
    inner join weeks_around
        on days.source = weeks_around.source and days.store_id = weeks_around.store_id
        and days.product_id = weeks_around.product_id
        and {{ iso_week_start('days.date_key') }} = weeks_around.week_start_date
    inner join {{ ref('int_demand_days_indexed') }} as indexes
        on days.source = indexes.source and days.store_id = indexes.store_id
        and days.category = indexes.category and days.date_key = indexes.date_key
    inner join sizes on days.source = sizes.source and days.category = sizes.category
    where days.out_of_stock_share > 0 and days.out_of_stock_share < 0.999999 and days.promotion_id = ''

),

cut_short as (

    select
        source, category,
        sum(toFloat64(days_cut_short.purchases) * (toFloat64(days_cut_short.purchases) - 1.)) as cut_pairs,
        {{ exact_sum('squared_mean_of_day') }} as cut_squared_mean,
        {{ exact_sum('squared_mean_counted') }} as cut_squared_mean_counted,
        arraySort(groupArray((toFloat64(days_cut_short.purchases), expected_seen, expected_unseen))) as cut_days
    from days_cut_short
    group by source, category

),

categories as (

    select
        source, category,
        sum(squared_purchases - toFloat64(purchases)) as pairs,
        {{ exact_sum('squared_exposure * squared_mean') }} as pairs_expected
    from weeks_around
    group by source, category

),

demand_spreads_estimated as (

    select
        categories.source as source,
        categories.category as category,
        sizes.mean_size as mean_size,
        pairs - ifNull(cut_pairs, 0) as pairs_of_whole_days,
        greatest(pairs_expected - ifNull(cut_squared_mean_counted, 0), 0) + ifNull(cut_squared_mean, 0)
            as pairs_by_chance,
        round(arrayFold(
            (spread, step) -> greatest(0., (
                pairs_of_whole_days + {{ prior_pairs }} + arraySum(
                    (day) -> day.1 * (day.1 - 1.)
                        + 2. * day.1 * {{ units_unseen('day.3', 'day.1', 'day.2', 'spread') }}
                        + pow({{ units_unseen('day.3', 'day.1', 'day.2', 'spread') }}, 2)
                            * (1. + spread / (1. + day.1 * spread)),
                    ifNull(cut_days, [])
                )
            ) / (pairs_by_chance + {{ prior_pairs }}) - 1.),
            range({{ rounds }}), 0.5
        ), 6) as spread
    from categories
    inner join sizes using (source, category)
    left join cut_short using (source, category)

)

select source, category, mean_size, spread from demand_spreads_estimated
