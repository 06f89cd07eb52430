{%- set days_per_year = 365 -%}
{{ config(order_by=['source', 'store_id', 'product_id']) }}

with terms as (

    select * from {{ ref('int_replenishment_terms_joined') }}

),

stock as (

    select source, store_id, product_id, toFloat64(unit_cost) as unit_cost
    from {{ ref('int_stock_positions_taken') }}

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

prices as (

    select source, store_id, product_id, toFloat64(regular_price) as regular_price
    from {{ ref('int_regular_prices_versioned') }}
    inner join sources using (source)
    where as_of >= valid_from and as_of < valid_to

),

-- A depot has no price of its own: what it lacks somebody else cannot sell at the common price.
terms_priced as (

    select
        *,
        coalesce(stock.unit_cost, toFloat64(order_unit_cost)) as cost,
        coalesce(own_prices.regular_price, common_prices.regular_price) as price
    from terms
    left join stock using (source, store_id, product_id)
    left join (select * from prices where store_id != '') as own_prices using (source, store_id, product_id)
    left join (select source, product_id, regular_price from prices where store_id = '') as common_prices
        using (source, product_id)

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(supply_source_id as LowCardinality(String)) as supply_source_id,

    -- strings
    cast(category as LowCardinality(String)) as category,
    cast(lead_time_basis as LowCardinality(String)) as lead_time_basis,
    cast(currency as LowCardinality(String)) as currency,

    -- time
    lead_time_days,
    lead_time_deviation_days,
    order_weekdays,
    protection_days,
    cast(shelf_life_days as Nullable(Int32)) as shelf_life_days,

    -- units
    pack_units,
    minimum_order_units,
    toFloat64(minimum_order_value) as minimum_order_value,
    minimum_presentation_units,
    cast(if(store_type = 'store', shelf_capacity_units, null) as Nullable(Float64)) as shelf_capacity_units,

    -- money
    cast(round(cost, 4) as Nullable(Float64)) as unit_cost,
    cast(round(if(price > cost, price - cost, if(price <= cost, 0, null)), 4) as Nullable(Float64)) as lost_unit_cost,
    cast(round(cost * {{ var('holding_rate_per_year') }} / {{ days_per_year }}, 8) as Nullable(Float64))
        as holding_cost_per_day,

    -- booleans
    cast(
        is_ranged and not is_closed and status = 'active' and supply_source_id != ''
        and not ifNull(order_date > last_order_date, false) as Bool
    ) as is_orderable,

    -- dates
    cast(stock_date as Date32) as stock_date
from terms_priced
