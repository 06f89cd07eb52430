{{ config(
    order_by=['source', 'store_id', 'product_id', 'target_date', 'made_date', 'model'],
    partition_by='toYYYYMM(target_date)',
    tags=['predicted']
) }}

with predictions as (

    select * from {{ ref('stg_ml__predictions') }}

),

days_predicted as (

    select distinct target_date as predicted_date from predictions

),

store_days as (

    select source, store_id, date_key as target_date, is_over as is_day_over
    from {{ ref('int_store_days_opened') }}
    where date_key in (select predicted_date from days_predicted)

),

-- What was sold, from the location that the goods left; only days that somebody predicted.
sales_by_day as (

    select
        source,
        ifNull(lines.fulfilment_location_id, lines.store_id) as store_id,
        product_id,
        date_key as target_date,
        sum(quantity) as sold_units
    from {{ ref('fact_sales') }} as lines
    where line_type = 'merchandise' and event_type = 'sale'
        and date_key in (select predicted_date from days_predicted)
    group by source, store_id, product_id, target_date

),

stock_by_day as (

    select source, store_id, product_id, date_key as target_date, out_of_stock_minutes, open_minutes
    from {{ ref('fact_inventory') }}
    where date_key in (select predicted_date from days_predicted)

),

products as (

    select source, product_id, product_key from {{ ref('dim_product') }} where is_current

),

stores as (

    select source, store_id, store_key from {{ ref('dim_store') }} where is_current

),

predictions_met as (

    select *
    from predictions
    left join store_days using (source, store_id, target_date)
    left join sales_by_day using (source, store_id, product_id, target_date)
    left join stock_by_day using (source, store_id, product_id, target_date)
    left join stores using (source, store_id)
    left join products using (source, product_id)

)

select
    -- keys of the dimensions
    cast(target_date as Date32) as target_date,
    cast(ifNull(store_key, 0) as Int64) as store_key,
    cast(ifNull(product_key, 0) as Int64) as product_key,

    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(run_id as String) as run_id,

    -- strings
    cast(model as LowCardinality(String)) as model,
    cast(demand_class as LowCardinality(String)) as demand_class,

    -- numerics
    cast(horizon_days as Int32) as horizon_days,
    cast(predicted_units as Float64) as predicted_units,
    cast(lower_units as Float64) as lower_units,
    cast(upper_units as Float64) as upper_units,
    cast(if(ifNull(is_day_over, false), ifNull(sold_units, 0), null) as Nullable(Decimal(18, 3))) as actual_units,
    cast(ifNull(open_minutes, 0) as Int32) as open_minutes,
    cast(ifNull(out_of_stock_minutes, 0) as Int32) as out_of_stock_minutes,

    -- booleans
    cast(is_champion as Bool) as is_champion,
    cast(ifNull(is_day_over, false) as Bool) as is_over,
    cast(ifNull(out_of_stock_minutes > 0, false) as Bool) as is_demand_constrained,

    -- dates and timestamps
    cast(made_date as Date32) as made_date,
    cast(made_at as DateTime64(3, 'UTC')) as made_at
from predictions_met
