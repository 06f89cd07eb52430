{%- set depths, excess_horizon_days, long_life_days = [0, 0.1, 0.2, 0.3, 0.4, 0.5], 28, 60 -%}
{{ config(order_by=['source', 'store_id', 'product_id'], tags=['estimated', 'predicted']) }}

with stock as (

    select
        source, store_id, product_id, category, unit_cost, last_receipt_date, stock_date,
        toFloat64(on_hand_units) as on_hand_units,
        toFloat64(estimated_excess_units) as excess_units
    from {{ ref('mart_inventory_health') }}
    where on_hand_units > 0 and unit_cost > 0

),

demand as (

    select source, store_id, product_id, ifNull(estimated_units_per_day, 0) as units_per_day
    from {{ ref('mart_replenishment') }}

),

prices as (

    select source, product_id, regular_price, currency
    from {{ ref('mart_price_advice') }}

),

elasticities as (

    select source, product_id, estimated_elasticity from {{ ref('mart_price_elasticities') }}

),

lives as (

    select source, product_id, shelf_life_days
    from {{ ref('dim_product') }}
    where is_current and source != ''

),

-- What expires is counted from the last delivery: older stock has less time, and asks for the more.
stock_to_clear as (

    select
        stock.source as source,
        stock.store_id as store_id,
        stock.product_id as product_id,
        stock.category as category,
        stock.stock_date as stock_date,
        currency,
        toFloat64(regular_price) as price,
        toFloat64(stock.unit_cost) as cost,
        greatest(estimated_elasticity, 0) as elasticity,
        units_per_day,
        ifNull(shelf_life_days <= {{ long_life_days }}, false) as is_perishable,
        if(
            is_perishable,
            greatest(
                shelf_life_days - ifNull(dateDiff('day', stock.last_receipt_date, stock.stock_date), shelf_life_days), 1
            ),
            {{ excess_horizon_days }}
        ) as days_left,
        if(is_perishable, stock.on_hand_units, stock.excess_units) as units_to_clear
    from stock
    inner join demand using (source, store_id, product_id)
    inner join prices using (source, product_id)
    inner join elasticities using (source, product_id)
    inner join lives using (source, product_id)
    where units_to_clear > if(is_perishable, units_per_day * days_left, 0)

),

-- Money from what is sold in time, and what is left of the rest: nothing of what expired, else its cost less what it
-- costs to keep until it is gone.
markdowns_tried as (

    select
        *,
        arrayJoin({{ depths }}) as depth,
        least(units_to_clear, units_per_day * days_left * pow(1 - depth, -elasticity)) as sold_units,
        units_to_clear - sold_units as left_units,
        if(
            is_perishable, 0, cost * greatest(
                1 - {{ var('holding_rate_per_year', 0.25) }} * left_units / greatest(2 * units_per_day, 0.01) / 365, 0
            )
        ) as worth_of_left,
        round(sold_units * price * (1 - depth) + left_units * worth_of_left, 6) as money
    from stock_to_clear

),

markdowns_chosen as (

    select
        source,
        store_id,
        product_id,
        currency,
        is_perishable,
        min(markdowns_tried.category) as category,
        max(markdowns_tried.stock_date) as stock_date,
        max(markdowns_tried.days_left) as days_left,
        max(markdowns_tried.units_to_clear) as units_to_clear,
        argMax((depth, sold_units, left_units, money), (money, -depth)) as chosen,
        argMin((sold_units, left_units, money), depth) as without
    from markdowns_tried
    group by source, store_id, product_id, currency, is_perishable

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,

    -- strings
    cast(category as LowCardinality(String)) as category,
    cast(currency as LowCardinality(String)) as currency,
    cast(if(is_perishable, 'expires', 'excess') as LowCardinality(String)) as reason,

    -- numerics
    cast(days_left as Int32) as days_left,
    cast(toDecimal64(units_to_clear, 3) as Decimal(18, 3)) as units_to_clear,
    cast(chosen.1 as Float64) as advised_markdown,
    cast(toDecimal64(round(chosen.3, 3), 3) as Decimal(18, 3)) as estimated_units_left,
    cast(toDecimal64(round(without.2, 3), 3) as Decimal(18, 3)) as estimated_units_left_without,

    -- money
    cast(toDecimal64(round(chosen.4 - without.3, 4), 4) as Decimal(18, 4)) as estimated_gain,

    -- dates
    cast(stock_date as Date32) as stock_date
from markdowns_chosen
