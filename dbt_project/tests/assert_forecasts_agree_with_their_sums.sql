-- Per source and day the sum over everything is the sum over stores, over categories and over both.
with levels as (

    select
        source, target_date,
        sumIf(predicted_units, store_id = '' and category = '') as of_all,
        sumIf(predicted_units, store_id != '' and category = '') as of_stores,
        sumIf(predicted_units, store_id = '' and category != '') as of_categories,
        sumIf(predicted_units, store_id != '' and category != '') as of_both
    from {{ ref('mart_demand_forecasts') }}
    group by source, target_date

)

select *
from levels
where of_all != of_stores or of_all != of_categories or of_all != of_both
