{%- set year_days, window_days, excess_days, new_days = 365, 90, 60, 60 -%}
{%- set ages = ['0_30', '31_60', '61_90', '91_180', '181_365', 'over_365'] -%}
{{ config(order_by=['source', 'store_id', 'product_id'], tags=['estimated', 'predicted']) }}

with positions as (

    select source, store_id, product_id, date_key as stock_date, book_units, book_value, unit_cost, position_units,
        is_ranged
    from {{ ref('int_stock_positions_taken') }}
    where is_ranged or book_units != 0

),

source_days as (

    select
        source, last_whole_day,
        subtractDays(last_whole_day, {{ year_days }}) as year_before,
        subtractDays(last_whole_day, {{ window_days }}) as window_before
    from {{ ref('int_source_days_completed') }}

),

tracked as (

    select source, store_id, product_id, tracked_from from {{ ref('int_stock_pairs_tracked') }}

),

-- One pass over the stock; sums of the year and of the window end on the last whole day.
stock_summed as (

    select
        stock.source as source,
        stock.store_id as store_id,
        stock.product_id as product_id,
        sumIf(ifNull(closing_value, 0), in_year) as stock_value_days,
        countIf(in_year) as stock_days,
        minIf(date_key, in_window) as first_day_in_window,
        argMinIf(opening_units, date_key, in_window) as window_opening_units,
        sumIf(opening_balance_units + received_units, in_window) as window_received_units,
        sumIf(transferred_in_units + transferred_out_units, in_window) as window_transferred_units,
        -- As in cost of goods sold, what comes back unsaleable stays sold: it is a loss.
        sumIf(-(sold_units + returned_units), in_window) as window_sold_units,
        countIf(in_window and opening_units > 0 and is_open) as window_sellable_days,
        countIf(in_window and (sold_units < 0 or transferred_out_units < 0)) as window_days_used,
        maxOrNullIf(date_key, sold_units < 0) as last_sale_date,
        maxOrNullIf(date_key, received_units > 0 or transferred_in_units > 0) as last_receipt_date
    from (
        select
            stock.*,
            date_key > year_before and date_key <= last_whole_day as in_year,
            date_key > window_before and date_key <= last_whole_day as in_window
        from {{ ref('fact_inventory') }} as stock
        inner join source_days on stock.source = source_days.source
    ) as stock
    group by source, store_id, product_id

),

-- Goods count where they leave from, and since their stock is known.
goods_sold as (

    select
        source, store_id, product_id,
        sum(lines.cogs_amount) as cogs_amount,
        sum(lines.cost_tracked_revenue) as cost_tracked_revenue
    from (
        select
            source,
            ifNull(sales.fulfilment_location_id, sales.store_id) as store_id,
            product_id,
            date_key,
            sum(ifNull(cost_amount, 0)) as cogs_amount,
            sumIf(net_amount, isNotNull(unit_cost)) as cost_tracked_revenue
        from {{ ref('fact_sales') }} as sales
        where line_type = 'merchandise'
        group by source, store_id, product_id, date_key
    ) as lines
    inner join source_days using (source)
    inner join tracked using (source, store_id, product_id)
    where date_key > year_before and date_key <= last_whole_day and date_key >= tracked_from
    group by source, store_id, product_id

),

layers as (

    select * from {{ ref('int_stock_layers_aged') }}

),

replenishment as (

    select
        source, store_id, product_id, abc_class, estimated_demand_class, estimated_units_per_day,
        estimated_order_up_to_units, estimated_days_of_cover, is_below_reorder_point
    from {{ ref('mart_replenishment') }}

),

products as (

    select source, product_id, category, launch_date
    from {{ ref('dim_product') }}
    where is_current and source != ''

),

pairs as (

    select
        *,
        greatest(
            position_units - toDecimal64(
                toFloat64(ifNull(estimated_order_up_to_units, 0)) + {{ excess_days }} * ifNull(estimated_units_per_day,
                    0), 3
            ), 0
        ) as excess_units,
        book_units > 0
            and window_sellable_days * 5 >= {{ window_days }} * 4
            and window_days_used = 0
            and ifNull(dateDiff('day', launch_date, stock_date) > {{ new_days }}, true) as is_dead
    from positions
    inner join stock_summed using (source, store_id, product_id)
    left join goods_sold using (source, store_id, product_id)
    left join layers using (source, store_id, product_id)
    left join replenishment using (source, store_id, product_id)
    left join products using (source, product_id)

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,

    -- strings
    cast(ifNull(category, 'not stated') as LowCardinality(String)) as category,
    cast(ifNull(abc_class, 'N') as LowCardinality(String)) as abc_class,
    cast(ifNull(estimated_demand_class, 'too short') as LowCardinality(String)) as estimated_demand_class,
    cast(multiIf(
        not is_ranged, 'not in range',
        book_units <= 0, 'out of stock',
        is_dead, 'dead',
        excess_units > 0, 'excess',
        ifNull(is_below_reorder_point, false), 'low',
        'healthy'
    ) as LowCardinality(String)) as estimated_status,

    -- stock now
    cast(book_units as Decimal(18, 3)) as on_hand_units,
    cast(book_value as Nullable(Decimal(18, 4))) as on_hand_value,
    cast(position_units as Decimal(18, 3)) as position_units,
    cast(unit_cost as Nullable(Decimal(18, 4))) as unit_cost,
    cast(estimated_days_of_cover as Nullable(Float64)) as estimated_days_of_cover,

    -- terms of turnover and GMROI: 365 days to the last whole day
    cast(stock_value_days as Decimal(18, 4)) as stock_value_days,
    cast(stock_days as Int32) as stock_days,
    cast(ifNull(cogs_amount, 0) as Decimal(18, 4)) as cogs_amount,
    cast(ifNull(cost_tracked_revenue, 0) as Decimal(18, 4)) as cost_tracked_revenue,

    -- terms of sell-through: 90 days to the last whole day
    cast(window_sold_units as Decimal(18, 3)) as sell_through_sold_units,
    cast(window_opening_units + window_received_units + window_transferred_units as Decimal(18, 3))
        as sell_through_offered_units,

    -- how old it is
    {% for age in ages %}
    cast(units_{{ age }} as Decimal(18, 3)) as estimated_units_{{ age }}_days,
    {% endfor %}
    {% for age in ages %}
    cast(round(toDecimal128(units_{{ age }}, 3) * unit_cost, 4) as Nullable(Decimal(18, 4)))
        as estimated_value_{{ age }}_days,
    {% endfor %}

    -- too much of it
    cast(excess_units as Decimal(18, 3)) as estimated_excess_units,
    cast(round(toDecimal128(excess_units, 3) * unit_cost, 4) as Nullable(Decimal(18, 4))) as estimated_excess_value,
    cast(window_sellable_days as Int32) as sellable_days,

    -- booleans
    cast(is_ranged as Bool) as is_ranged,
    cast(is_dead as Bool) as is_dead,

    -- dates
    cast(stock_date as Date32) as stock_date,
    cast(last_sale_date as Nullable(Date32)) as last_sale_date,
    cast(last_receipt_date as Nullable(Date32)) as last_receipt_date
from pairs
