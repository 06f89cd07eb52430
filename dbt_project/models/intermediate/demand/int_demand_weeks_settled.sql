{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'week_start_date']) }}

-- The levels once more, without the time that shelves were probably empty against the book.

with weeks as (

    select * from {{ ref('int_demand_weeks_levelled') }}

),

silences as (

    select source, store_id, product_id, silent_from, phantom_probability
    from {{ ref('int_shelf_silences_judged') }}

),

weeks_silent as (

    select
        source, store_id, product_id, week_start_date,
        {{ exact_sum('phantom_probability * days.exposure') }} as empty_exposure
    from {{ ref('int_shelf_silence_days_expected') }} as days
    inner join silences using (source, store_id, product_id, silent_from)
    group by source, store_id, product_id, week_start_date

),

weeks_corrected as (

    select
        source, store_id, product_id, week_start_date, category,
        weeks.units_sold as units_sold,
        weeks.most_units_of_day as most_units_of_day,
        weeks.units_per_day as level_before,
        greatest(weeks.exposure - ifNull(empty_exposure, 0), 0.) as exposure
    from weeks
    left join weeks_silent using (source, store_id, product_id, week_start_date)

),

-- The more of the time is taken for an empty shelf, the higher the level, and the emptier the rest looks; no mean is
-- above the best of the days that it is the mean of.
demand_weeks_settled as (

    select
        source, store_id, product_id, week_start_date, category,
        weeks_corrected.units_sold as units_sold,
        round(weeks_corrected.exposure, 6) as exposure,
        round(least(
            {{ level_of_weeks('weeks_corrected.units_sold', 'weeks_corrected.exposure') }},
            greatest(level_before, max(most_units_of_day) over life)
        ), 6) as units_per_day,
        round({{ exposure_of_level('weeks_corrected.units_sold', 'weeks_corrected.exposure') }}, 6) as exposure_of_level
    from weeks_corrected
    {{ windows_of_weeks() }}

)

select * from demand_weeks_settled
