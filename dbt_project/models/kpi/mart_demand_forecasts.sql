{{ config(order_by=['source', 'store_id', 'category', 'target_date'], tags=['predicted']) }}

with predictions as (

    select *, max(made.made_date) over (partition by made.source) as last_made_date
    from {{ ref('fact_ml_predictions') }} as made
    where is_champion

),

products as (

    select source, product_id, toString(category) as product_category from {{ ref('dim_product') }} where is_current

),

-- Of two models that spoke on the same day about the same one the later counts.
lines as (

    select
        source, store_id as line_store_id, ifNull(product_category, 'not stated') as line_category, target_date,
        made_date,
        toDecimal64(predicted_units, 6) as units,
        toDecimal64(lower_units, 6) as lower_end,
        toDecimal64(upper_units, 6) as upper_end
    from predictions
    left join products using (source, product_id)
    where made_date = last_made_date
    order by made_at desc, model
    limit 1 by source, store_id, product_id, target_date

),

-- Each line counts for its store and category, its store, its category and the whole.
lines_at_levels as (

    select
        *,
        arrayJoin([
            (toString(line_store_id), line_category), (toString(line_store_id), ''), ('', line_category), ('', '')
        ]) as level
    from lines

),

summed as (

    select
        source, level.1 as store_id, level.2 as category, target_date, made_date,
        count() as series,
        sum(units) as predicted_units,
        sum(lower_end) as lower_units,
        sum(upper_end) as upper_units,
        sqrt({{ exact_sum('pow(toFloat64(units - lower_end), 2)') }}) as independent_below,
        sqrt({{ exact_sum('pow(toFloat64(upper_end - units), 2)') }}) as independent_above
    from lines_at_levels
    group by source, store_id, category, target_date, made_date

)

select
    -- ids and strings
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(category as LowCardinality(String)) as category,

    -- numerics
    cast(series as Int64) as series,
    cast(predicted_units as Decimal(18, 6)) as predicted_units,
    cast(lower_units as Decimal(18, 6)) as lower_units,
    cast(upper_units as Decimal(18, 6)) as upper_units,
    cast(toFloat64(summed.predicted_units) - independent_below as Float64) as independent_lower_units,
    cast(toFloat64(summed.predicted_units) + independent_above as Float64) as independent_upper_units,

    -- dates
    cast(target_date as Date32) as target_date,
    cast(made_date as Date32) as made_date
from summed
