{{ config(order_by=['source', 'store_id', 'estimated_phantom_probability', 'product_id'], tags=['estimated']) }}

-- Shelves that are silent now although the book says there is stock; to be counted, the costliest first.

with silences as (

    select * from {{ ref('int_shelf_silences_judged') }} where ended_by = 'now'

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

stock as (

    select
        source, store_id, product_id,
        argMax(unit_cost, date_key) as unit_cost
    from {{ ref('fact_inventory') }}
    where (source, store_id, product_id) in (select source, stock_store_id, product_id from silences)
    group by source, store_id, product_id

),

-- What a week without it costs, at the regular price.
weekly_losses as (

    select
        silences.source as source, silences.store_id as store_id, silences.product_id as product_id,
        argMax(units_per_day, week_start_date) as units_per_day
    from silences
    inner join {{ ref('int_demand_weeks_settled') }} as weeks using (source, store_id, product_id)
    group by source, store_id, product_id

),

prices as (

    select * from {{ ref('int_regular_prices_versioned') }}

),

silences_priced as (

    select
        silences.source as source,
        stock_store_id,
        silences.product_id as product_id,
        silences.category as category,
        book_units, silent_from, no_sale_probability, phantom_probability, expected_units, as_of,
        stock.unit_cost as unit_cost,
        weekly_losses.units_per_day as units_per_day,
        coalesce(own_prices.regular_price, common_prices.regular_price) as price
    from silences
    inner join sources using (source)
    left join stock
        on silences.source = stock.source and silences.stock_store_id = stock.store_id
        and silences.product_id = stock.product_id
    left join weekly_losses
        on silences.source = weekly_losses.source and silences.store_id = weekly_losses.store_id
        and silences.product_id = weekly_losses.product_id
    asof left join (select * from prices where store_id != '') as own_prices
        on silences.source = own_prices.source and silences.store_id = own_prices.store_id
        and silences.product_id = own_prices.product_id and as_of >= own_prices.valid_from
    asof left join (select * from prices where store_id = '') as common_prices
        on silences.source = common_prices.source and silences.product_id = common_prices.product_id
        and as_of >= common_prices.valid_from

)

select
    -- ids
    source,
    cast(stock_store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,

    -- strings
    cast(category as LowCardinality(String)) as category,

    -- numerics
    cast(book_units as Decimal(18, 3)) as book_units,
    cast(round(toDecimal128(book_units, 3) * unit_cost, 4) as Nullable(Decimal(18, 4))) as book_value,
    cast(dateDiff('day', silent_from, as_of) as Int32) as days_silent,

    -- estimates
    cast(expected_units as Decimal(18, 6)) as estimated_units_missed,
    cast(no_sale_probability as Float64) as estimated_no_sale_probability,
    cast(phantom_probability as Float64) as estimated_phantom_probability,
    cast(round(phantom_probability * ifNull(units_per_day, 0) * 7 * toFloat64(price), 4) as Nullable(Decimal(18, 4)))
        as estimated_weekly_loss,

    -- booleans: the rule of thumb of one in a hundred
    cast(no_sale_probability < 0.01 as Bool) as is_suspected,

    -- timestamps
    silent_from
from silences_priced
