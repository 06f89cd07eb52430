{%- set window_days = 28 -%}
{%- set reference_windows = 4 -%}
{%- set features = [
    'estimated_units', 'mean_28', 'spread_28', 'demand_share_28', 'days_since_demand', 'weekday_mean_8',
    'stock_out_share_28', 'unit_price', 'discount_rate'
] -%}
{{ config(materialized='table', order_by=['source', 'feature', 'date_key'], tags=['estimated']) }}

-- One value of each series in 28 days, or neighbouring days would count as if they knew nothing of each other. Which
-- day that is follows from the series; it is the same weekday in the window and in the four before it.
with series as (

    select *, cityHash64(store_id, product_id) % {{ window_days }} as days_before
    from {{ ref('feat_product_store_daily') }}
    where is_known and is_offered

),

last_days as (

    select source, max(series.date_key) as last_day from series group by source

),

days_compared as (

    select *
    from series
    inner join last_days using (source)
    where series.date_key > subtractDays(last_day, {{ (reference_windows + 2) * window_days }})

),

days_placed as (

    select
        *,
        arrayJoin(range({{ reference_windows + 1 }})) as windows_back,
        addDays(date_key, days_before + windows_back * {{ window_days }}) as compared_on
    from days_compared
    where compared_on between subtractDays(last_day, {{ window_days - 1 }}) and last_day

),

values_placed as (

    select
        source,
        compared_on as date_key,
        windows_back > 0 as is_reference,
        arrayJoin([
            {% for feature in features -%}
            ('{{ feature }}', toFloat64({{ feature }})){{ ',' if not loop.last }}
            {% endfor %}
        ]) as placed,
        placed.1 as feature,
        placed.2 as value
    from days_placed
    where isNotNull(value)

),

{{ population_stability('values_placed') }}

select
    -- ids
    source,
    cast(feature as LowCardinality(String)) as feature,
    cast(date_key as Date32) as date_key,

    -- counts
    cast(bins as Int32) as bins,
    cast(window_values as Int64) as window_values,
    cast(reference_values as Int64) as reference_values,

    -- numerics
    stability_index,
    threshold,

    -- booleans
    cast(stability_index > threshold as Bool) as has_drifted
from stability
