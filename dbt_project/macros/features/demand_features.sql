{#- Features of demand by day, from arrays with a number for each day: one row per series and day (the columns that
    `spark_jobs/forecasting/columns.py` agrees with). `arrays` is a CTE with, per series,
    source, store_id, product_id, category, window_start, known_days, shelf_life_days and the arrays units,
    offered, out_of_stock, closing, promoted, discounts, prices, holidays, all equally long.

    Whatever a day says of itself stands on that day and the days before: sums since the first day, shifts to the right
    and fills from the left are the only ways in which days meet. A shuffled future changes nothing; a test holds it to
    that. -#}
{% macro demand_features(arrays, length) -%}
{%- set half_lives = [7, 14, 28, 56, 112] -%}
{%- set means = [7, 28, 91, 364] -%}
{%- set weekday_half_life, weekday_prior_units = 364, 100 -%}

series_days as (

    select
        source, store_id, product_id, category, window_start, known_days, shelf_life_days,
        arrayMap(day -> toFloat64(day), range({{ length }})) as ages,
        arrayMap(unit -> toFloat64(unit), units) as wanted,
        arrayMap(day -> toFloat64(day > 0), offered) as days_on,
        out_of_stock, closing, promoted, discounts, prices, holidays
    from {{ arrays }}

),

categories_summed as (

    select
        source, category,
        sumForEach(arrayMap(unit -> toDecimal128(unit, 6), units)) as units,
        sumForEach(arrayMap(day -> toInt64(day > 0), offered)) as offered
    from {{ arrays }}
    group by source, category

),

categories_decayed as (

    select
        source, category,
        arrayMap(day -> toFloat64(day), range({{ length }})) as ages,
        arrayMap(unit -> toFloat64(unit), units) as wanted,
        arrayMap(day -> toFloat64(day), offered) as days_on,
        {% for half_life in [7, 28, 112, weekday_half_life] %}
        {{ divided(
            decayed_sum('wanted', 'ages', half_life), decayed_sum('days_on', 'ages', half_life)
        ) }} as level_{{ half_life }},
        {% endfor %}
        arrayMap((value, age) -> value * exp2(age / {{ weekday_half_life }}), wanted, ages) as wanted_1,
        arrayMap((value, age) -> value * exp2(age / {{ weekday_half_life }}), days_on, ages) as days_on_1,
        {% for weeks in [1, 2, 4, 8, 16, 32] %}
        {{ doubled('wanted_' ~ weeks, weeks) }} as wanted_{{ weeks * 2 }},
        {{ doubled('days_on_' ~ weeks, weeks) }} as days_on_{{ weeks * 2 }},
        {% endfor %}
        {{ rolled('arrayCumSum(wanted)', 28) }} as wanted_of_28,
        {{ rolled('arrayCumSum(days_on)', 28) }} as days_on_of_28,
        {{ divided('wanted_of_28', 'days_on_of_28') }} as mean_28
    from categories_summed

),

categories_measured as (

    select
        source, category,
        {{ divided('level_7', 'level_28') }} as category_trend_7,
        {{ divided('level_28', 'level_112') }} as category_trend_28,
        arrayMap(
            (after, before) -> if(before > 0, after / before, 1.),
            {{ lagged('mean_28', 336) }}, {{ lagged('mean_28', 364) }}
        ) as category_year_ago_ratio,
        arrayMap(
            (value, usual, days) -> if(usual * days > 0, value / (usual * days), 1.),
            wanted_64, level_{{ weekday_half_life }}, days_on_64
        ) as category_weekday_index
    from categories_decayed

),

series_summed as (

    select
        *,
        wanted as weekday_units,
        arrayCumSum(wanted) as wanted_so_far,
        arrayCumSum(days_on) as days_on_so_far,
        days_on_so_far as days_offered,
        arrayCumSum(arrayMap(unit -> unit * unit, wanted)) as squares_so_far,
        arrayCumSum(arrayMap(unit -> toFloat64(unit > 0), wanted)) as days_wanted_so_far,
        {% for days in means %}
        {{ rolled('wanted_so_far', days) }} as wanted_of_{{ days }},
        {{ rolled('days_on_so_far', days) }} as days_on_of_{{ days }},
        {{ divided('wanted_of_' ~ days, 'days_on_of_' ~ days) }} as mean_{{ days }},
        {% endfor %}
        {% for half_life in half_lives + [weekday_half_life] %}
        {{ divided(
            decayed_sum('wanted', 'ages', half_life), decayed_sum('days_on', 'ages', half_life)
        ) }} as decayed_{{ half_life }},
        {% endfor %}
        {% for days in [28, 91] %}
        arrayMap(
            (squares, days, mean) -> if(days > 0, sqrt(greatest(squares / days - mean * mean, 0.)), 0.),
            {{ rolled('squares_so_far', days) }}, days_on_of_{{ days }}, mean_{{ days }}
        ) as spread_{{ days }},
        {{ divided(rolled('days_wanted_so_far', days), 'days_on_of_' ~ days) }} as demand_share_{{ days }},
        {% endfor %}
        arrayMap(
            (age, last) -> age - last + 1,
            ages, arrayFill(last -> last > 0, arrayMap((unit, age) -> if(unit > 0, age + 1, 0.), wanted, ages))
        ) as days_since_demand
    from series_days

),

-- Weekdays: what the same weekday of the weeks before had.
series_by_weekday as (

    select
        *,
        {% for weeks in [1, 2, 4] %}
        {{ doubled('wanted' if weeks == 1 else 'same_' ~ weeks, weeks) }} as same_{{ weeks * 2 }},
        {{ doubled('days_on' if weeks == 1 else 'same_on_' ~ weeks, weeks) }} as same_on_{{ weeks * 2 }},
        {% endfor %}
        {{ divided('same_4', 'same_on_4') }} as weekday_mean_4,
        {{ divided('same_8', 'same_on_8') }} as weekday_mean_8,
        arrayMap((value, age) -> value * exp2(age / {{ weekday_half_life }}), wanted, ages) as faded_1,
        arrayMap((value, age) -> value * exp2(age / {{ weekday_half_life }}), days_on, ages) as faded_on_1,
        {% for weeks in [1, 2, 4, 8, 16, 32] %}
        {{ doubled('faded_' ~ weeks, weeks) }} as faded_{{ weeks * 2 }},
        {{ doubled('faded_on_' ~ weeks, weeks) }} as faded_on_{{ weeks * 2 }},
        {% endfor %}
        {{ divided('faded_64', 'faded_on_64') }} as weekday_decayed
    from series_summed

),

-- Weeks that end with the day, as mart_demand_classes counts them: without promoted days, four days stand for seven.
series_weekly as (

    select
        *,
        arrayCumSum(arrayMap((unit, flag) -> if(flag > 0, 0., unit), wanted, promoted)) as usual_so_far,
        arrayCumSum(arrayMap((day, flag) -> if(flag > 0, 0., day), days_on, promoted)) as usual_days_so_far,
        {{ rolled('usual_so_far', 7) }} as week_units,
        {{ rolled('usual_days_so_far', 7) }} as week_days,
        arrayMap(days -> toFloat64(days >= 4), week_days) as weeks_1,
        arrayMap(
            (units, days) -> if(days >= 4 and units / days * 7 >= 0.5, units / days * 7, 0.), week_units, week_days
        ) as sizes_1,
        arrayMap(size -> toFloat64(size > 0), sizes_1) as weeks_wanted_1,
        arrayMap(size -> size * size, sizes_1) as sizes_squared_1,
        {% for counted in ['weeks', 'sizes', 'weeks_wanted', 'sizes_squared'] %}
        {% for weeks in [1, 2, 4, 8, 16] %}
        {{ doubled(counted ~ '_' ~ weeks, weeks) }} as {{ counted }}_{{ weeks * 2 }},
        {% endfor %}
        arrayMap(
            (last, middle, first) -> last + middle + first,
            {{ counted }}_32, {{ lagged(counted ~ '_16', 224) }}, {{ lagged(counted ~ '_4', 336) }}
        ) as {{ counted }}_52,
        {% endfor %}
        arrayMap((weeks, weeks_on) -> if(weeks_on > 0, weeks / weeks_on, 52.), weeks_52, weeks_wanted_52)
            as demand_interval_weeks,
        arrayMap(
            (squares, total, count) -> if(total > 0, greatest(squares * count / (total * total) - 1, 0.), 0.),
            sizes_squared_52, sizes_52, weeks_wanted_52
        ) as squared_size_variation,
        arrayMap(
            (weeks, weeks_on, gap, variation) -> multiIf(
                weeks < 26, 'too short',
                weeks_on = 0, 'no demand',
                gap < 1.32 and variation < 0.49, 'smooth',
                gap < 1.32, 'erratic',
                variation < 0.49, 'intermittent',
                'lumpy'
            ),
            weeks_52, weeks_wanted_52, demand_interval_weeks, squared_size_variation
        ) as demand_class
    from series_by_weekday

),

series_measured as (

    select
        *,
        {{ divided(rolled('arrayCumSum(out_of_stock)', 28), 'days_on_of_28') }} as stock_out_share_28,
        arrayMap((stock, level) -> if(level > 0, greatest(stock, 0.) / level, 0.), closing, decayed_28)
            as stock_cover_days,
        {{ rolled('arrayCumSum(closing)', 28) }} as stock_of_28,
        {{ rolled('arrayCumSum(arrayMap(unit -> unit * unit, closing))', 28) }} as stock_squares_of_28,
        arrayMap(
            (squares, total) -> sqrt(greatest(squares / 28 - total * total / 784, 0.)), stock_squares_of_28, stock_of_28
        ) as stock_spread_28,
        arrayMap(
            (after, before) -> (28 * after + 2) / (28 * before + 2),
            {{ lagged('mean_28', 336) }}, {{ lagged('mean_28', 364) }}
        ) as year_ago_ratio,
        -- Mean price of the days so far on which there was one: what "dear" and "cheap" are measured by.
        arrayMap(
            (price, total, days) -> if(price > 0 and days > 0, price * days / total, 1.),
            prices, arrayCumSum(prices), arrayCumSum(arrayMap(price -> toFloat64(price > 0), prices))
        ) as price_ratio,
        arrayMap((age, last) -> least(age - last + 1, 15.), ages, arrayFill(
            last -> last > 0, arrayMap((flag, age) -> if(flag > 0, age + 1, 0.), holidays, ages)
        )) as days_since_holiday,
        arrayMap((age, next) -> least(next - age - 1, 15.), ages, arrayReverseFill(
            next -> next < 10000, arrayMap((flag, age) -> if(flag > 0, age + 1, 10000.), holidays, ages)
        )) as days_to_holiday
    from series_weekly

),

{% set by_day = feature_columns() + [
    'wanted', 'days_on', 'same_on_8', 'holidays', 'promoted', 'discounts', 'prices', 'price_ratio', 'out_of_stock',
    'days_to_holiday', 'days_since_holiday', 'faded_64', 'faded_on_64', 'decayed_' ~ weekday_half_life,
    'category_weekday_index', 'demand_class'
] -%}
series_by_day as (

    select
        series.source as source, store_id, product_id, series.category as category,
        window_start, known_days, shelf_life_days, day_number,
        {{ by_day | join(', ') }}
    from series_measured as series
    inner join categories_measured as categories
        on series.source = categories.source and series.category = categories.category
    array join {{ by_day | join(', ') }}, arrayMap(age -> toUInt16(age), ages) as day_number
    where days_offered > 0

),

features as (

    select
        days.source as source, days.store_id as store_id, days.product_id as product_id, days.category as category,
        addDays(window_start, day_number) as date_key,
        days.demand_class as demand_class,
        if(is_known, wanted, null) as estimated_units,
        toFloat32(out_of_stock) as out_of_stock_share,
        -- What is to come is offered on the weekdays that were.
        cast(if(is_known, days_on > 0, same_on_8 > 0 and holidays < 2) as Bool) as is_offered,
        cast(day_number < known_days as Bool) as is_known,
        days.day_number as day_number,
        {% for column in feature_columns() %}
        if(is_known, toFloat32(days.{{ column }}), null) as {{ column }},
        {% endfor %}
        if(is_known, toFloat32(
            (faded_64 / exp2(day_number / {{ weekday_half_life }}) + {{ weekday_prior_units }} * category_weekday_index)
            / (decayed_{{ weekday_half_life }} * faded_on_64 / exp2(day_number / {{ weekday_half_life }})
                + {{ weekday_prior_units }})
        ), null) as weekday_index,
        toFloat32(toDayOfWeek(date_key)) as weekday,
        toFloat32(toDayOfMonth(date_key)) as day_of_month,
        toFloat32(toDayOfYear(date_key)) as day_of_year,
        toFloat32(holidays > 0) as is_holiday,
        toFloat32(days.days_to_holiday) as days_to_holiday,
        toFloat32(days.days_since_holiday) as days_since_holiday,
        toFloat32(promoted) as is_promoted,
        toFloat32(discounts) as discount_rate,
        toFloat32(prices) as unit_price,
        toFloat32(days.price_ratio) as price_ratio,
        toFloat32(days.shelf_life_days) as shelf_life_days
    from series_by_day as days

)
{%- endmacro %}

{#- What was known at the end of a day, in the order of the tables' columns; the weekday's index is made last. -#}
{% macro feature_columns() -%}
    {{ return([
        'mean_7', 'mean_28', 'mean_91', 'mean_364',
        'decayed_7', 'decayed_14', 'decayed_28', 'decayed_56', 'decayed_112',
        'spread_28', 'spread_91', 'demand_share_28', 'demand_share_91', 'days_since_demand', 'days_offered',
        'demand_interval_weeks', 'squared_size_variation', 'year_ago_ratio', 'category_year_ago_ratio',
        'category_trend_7', 'category_trend_28', 'stock_out_share_28', 'stock_cover_days', 'stock_spread_28',
        'weekday_units', 'weekday_mean_4', 'weekday_mean_8', 'weekday_decayed'
    ]) }}
{%- endmacro %}
