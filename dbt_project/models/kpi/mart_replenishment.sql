{%- set pulled_days, pulled_packs_most = 28, 8 -%}
{{ config(order_by=['source', 'store_id', 'supply_source_id', 'product_id'], tags=['estimated', 'predicted']) }}

with stock as (

    select * from {{ ref('int_stock_positions_taken') }}

),

terms as (

    select * except (is_ranged) from {{ ref('int_replenishment_terms_joined') }}

),

policies as (

    select
        source, store_id, product_id, abc_class, estimated_demand_class, service_level, estimated_units_per_day,
        estimated_period_units, estimated_safety_stock_units, estimated_reorder_point_units,
        estimated_order_up_to_units, policy, policy_driver
    from {{ ref('mart_replenishment_policies') }}

),

expected as (

    select source, store_id, product_id, cumulated_units, forecast_model from {{ ref('int_demand_expected') }}

),

histories as (

    select
        source, stock_store_id as store_id, product_id,
        min(levels.days_known) as days_known,
        min(levels.like_product_id) as like_product_id
    from {{ ref('int_demand_levels_borrowed') }} as levels
    where is_history_insufficient
    group by source, store_id, product_id

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

prices as (

    select source, store_id, product_id, regular_price
    from {{ ref('int_regular_prices_versioned') }}
    inner join sources using (source)
    where as_of >= valid_from and as_of < valid_to

),

-- What is overdue but not forgotten is awaited tomorrow; a delivery can be sold from the day it comes.
arrivals as (

    select
        source, store_id, product_id,
        arrayMap(
            units -> toFloat64(units),
            arrayCumSum(sumResample(1, {{ horizon_days() | int + 1 }}, 1)(  -- noqa: LT01
                open_units,
                toInt64(greatest(dateDiff('day', stock.date_key, coalesce(confirmed_date, promised_date)), 1))
            ))
        ) as arrived_units
    from {{ ref('fact_purchase_order_lines') }} as order_lines
    inner join (select source, store_id, product_id, date_key from stock) as stock using (source, store_id, product_id)
    where open_units > 0 and not is_ghost_candidate
    group by source, store_id, product_id

),

pairs as (

    select
        *,
        coalesce(own_prices.regular_price, common_prices.regular_price) - stock.unit_cost as unit_margin,
        toFloat64(stock.on_hand_units) as on_hand,
        toFloat64(stock.position_units) as position,
        toFloat64(estimated_reorder_point_units) as reorder_point,
        {% for array in ['cumulated_units', 'arrived_units'] %}
        if(empty({{ array }}), arrayWithConstant({{ horizon_days() }}, 0.), {{ array }}) as {{ array.split('_')[0] }},
        {% endfor %}
        {{ expected_units('days_to_delivery - 1', 'cumulated') }} as expected_before_delivery
    from stock
    inner join terms using (source, store_id, product_id)
    inner join policies using (source, store_id, product_id)
    left join expected using (source, store_id, product_id)
    left join histories using (source, store_id, product_id)
    left join arrivals using (source, store_id, product_id)
    left join (select * from prices where store_id != '') as own_prices using (source, store_id, product_id)
    left join (select source, product_id, regular_price from prices where store_id = '') as common_prices
        using (source, product_id)
    where stock.is_ranged or stock.book_units != 0 or stock.position_units > 0

),

-- Of what is short on some day before the delivery the worst is lost: what came later did not bring those customers
-- back.
pairs_looked_ahead as (

    select
        *,
        arrayMap((wanted, came) -> wanted - came - on_hand, cumulated, arrived) as short_by_day,
        arrayFirstIndex(short -> short > 0, short_by_day) as stock_out_day,
        greatest(arrayMax(arrayConcat([0.], arraySlice(short_by_day, 1, greatest(days_to_delivery - 1, 0)))), 0.)
            as uncovered_units,
        greatest(position - expected_before_delivery, 0.) as units_at_delivery,
        {{ days_until_used_up('on_hand', 'cumulated') }} as days_of_cover,
        {{ days_until_used_up('position', 'cumulated') }} as days_of_cover_with_orders,
        if(store_type = 'store', shelf_capacity_units, null) - units_at_delivery as shelf_room,
        {{ expected_units('days_to_delivery - 1 + assumeNotNull(shelf_life_days)', 'cumulated') }}
            - expected_before_delivery - units_at_delivery as life_room,
        position < reorder_point as is_below,
        multiIf(
            not is_ranged, 'not in range',
            is_closed, 'location closed',
            status != 'active', 'delisted',
            ifNull(order_date > last_order_date, false), 'past last order date',
            supply_source_id = '', 'no source of supply',
            ''
        ) as obstacle
    from pairs

),

-- An empty shelf sells nothing: where nothing would be left, the least that can be ordered is, whatever the caps say.
pairs_ordered as (

    select
        *,
        ceil(greatest(toFloat64(estimated_order_up_to_units) - position, minimum_order_units) / pack_units - 1e-9)
            as packs_wanted,
        greatest(ceil(minimum_order_units / pack_units - 1e-9), 1.) as least_packs,
        floor(least(ifNull(shelf_room, 1e12), if(isNull(shelf_life_days), 1e12, life_room)) / pack_units + 1e-9)
            as packs_that_fit,
        multiIf(packs_that_fit >= least_packs, packs_that_fit, units_at_delivery < 1, least_packs, 0.) as packs_allowed,
        if(is_below and obstacle = '', least(packs_wanted, packs_allowed), 0.) as packs,
        packs * pack_units as order_units,
        multiIf(
            not is_below, '',
            obstacle != '', obstacle,
            packs >= packs_wanted, '',
            ifNull(shelf_room, 1e12) <= if(isNull(shelf_life_days), 1e12, life_room), 'shelf capacity',
            'shelf life'
        ) as capped_by,
        toDecimal64(order_units, 3) as suggested_units,
        round(toDecimal128(suggested_units, 3) * coalesce(order_unit_cost, unit_cost), 4) as order_amount
    from pairs_looked_ahead

),

pairs_due as (

    select
        *,
        sum(ifNull(order_amount, 0)) over supplier_order as due_amount,
        max(minimum_order_value) over supplier_order as supplier_minimum_value
    from pairs_ordered
    window supplier_order as (partition by source, store_id, supply_source_id, order_date)

),

-- Where a supplier's order is below its minimum, what would be due next comes along, pack by pack.
packs_ahead as (

    select
        source, store_id, supply_source_id, order_date, product_id, due_amount, supplier_minimum_value,
        least(greatest(assumeNotNull(packs_that_fit) - packs, 0.), {{ pulled_packs_most }}) as packs_to_pull,
        arrayJoin(range(1, toUInt64(packs_to_pull) + 1)) as pack,
        round(toDecimal128(pack_units, 3) * assumeNotNull(coalesce(order_unit_cost, unit_cost)), 4) as pack_amount,
        round(
            (position + order_units + (pack - 1) * pack_units - reorder_point) / estimated_units_per_day, 6
        ) as days_until_due
    from pairs_due
    where due_amount > 0 and due_amount < supplier_minimum_value and obstacle = '' and estimated_units_per_day > 0
        and isNotNull(coalesce(order_unit_cost, unit_cost))

),

packs_ranked as (

    select
        *,
        sum(pack_amount) over (
            partition by source, store_id, supply_source_id, order_date order by days_until_due, product_id, pack
            rows between unbounded preceding and current row
        ) as amount_so_far,
        sum(pack_amount) over (partition by source, store_id, supply_source_id, order_date) as amount_in_all
    from packs_ahead
    where days_until_due <= {{ pulled_days }}

),

-- All that it takes, or nothing: to come closer to a minimum is worth nothing.
packs_pulled as (

    select source, store_id, product_id, toFloat64(count()) as packs_forward
    from packs_ranked
    where due_amount + amount_in_all >= supplier_minimum_value
        and due_amount + amount_so_far - pack_amount < supplier_minimum_value
    group by source, store_id, product_id

),

pairs_proposed as (

    select
        pairs_due.* except (packs, order_units, suggested_units, order_amount),
        ifNull(packs_pulled.packs_forward, 0) as pulled_packs,
        pairs_due.packs + pulled_packs as packs,
        packs * pack_units as order_units,
        toDecimal64(order_units, 3) as suggested_units,
        round(toDecimal128(suggested_units, 3) * coalesce(order_unit_cost, unit_cost), 4) as order_amount
    from pairs_due
    left join packs_pulled using (source, store_id, product_id)

),

orders_grouped as (

    select
        *,
        sum(ifNull(order_amount, 0)) over supplier_order as supplier_order_amount,
        concat({{ reason_for_order() }}, {{ history_for_order() }}) as reason
    from pairs_proposed
    window supplier_order as (partition by source, store_id, supply_source_id, order_date)

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(supply_source_id as LowCardinality(String)) as supply_source_id,

    -- strings
    cast(category as LowCardinality(String)) as category,
    cast(abc_class as LowCardinality(String)) as abc_class,
    cast(estimated_demand_class as LowCardinality(String)) as estimated_demand_class,
    cast(currency as LowCardinality(String)) as currency,
    cast(ifNull(like_product_id, '') as LowCardinality(String)) as like_product_id,
    cast(capped_by as LowCardinality(String)) as capped_by,
    cast(policy as LowCardinality(String)) as policy,
    cast(policy_driver as LowCardinality(String)) as policy_driver,
    cast(reason as String) as reason,

    -- stock
    cast(on_hand_units as Decimal(18, 3)) as on_hand_units,
    cast(on_order_units as Decimal(18, 3)) as on_order_units,
    cast(in_transit_units as Decimal(18, 3)) as in_transit_units,
    cast(forgotten_units as Decimal(18, 3)) as forgotten_units,
    cast(position_units as Decimal(18, 3)) as position_units,

    -- what is wanted
    cast(estimated_units_per_day as Float64) as estimated_units_per_day,
    cast(ifNull(forecast_model, 'usual weekdays') as LowCardinality(String)) as forecast_model,
    cast(days_of_cover as Nullable(Float64)) as estimated_days_of_cover,
    cast(days_of_cover_with_orders as Nullable(Float64)) as estimated_days_of_cover_with_orders,
    cast(service_level as Float64) as service_level,
    cast(lead_time_days as Float64) as lead_time_days,
    cast(review_days as Int32) as review_days,
    cast(estimated_safety_stock_units as Decimal(18, 3)) as estimated_safety_stock_units,
    cast(estimated_reorder_point_units as Decimal(18, 3)) as estimated_reorder_point_units,
    cast(estimated_order_up_to_units as Decimal(18, 3)) as estimated_order_up_to_units,

    -- what to order
    cast(pack_units as Decimal(18, 3)) as pack_units,
    cast(packs as Int64) as suggested_packs,
    cast(pulled_packs as Int64) as pulled_forward_packs,
    cast(suggested_units as Decimal(18, 3)) as suggested_units,
    cast(order_amount as Nullable(Decimal(18, 4))) as suggested_amount,
    cast(supplier_order_amount as Decimal(18, 4)) as supplier_order_amount,
    cast(supplier_minimum_value as Decimal(18, 4)) as supplier_minimum_value,

    -- what it costs to wait
    cast(round(uncovered_units, 6) as Decimal(18, 6)) as estimated_uncovered_units,
    cast(round(toDecimal128(round(uncovered_units, 6), 6) * unit_margin, 4) as Nullable(Decimal(18, 4)))
        as estimated_money_at_risk,

    -- booleans
    cast(is_ranged as Bool) as is_ranged,
    cast(isNotNull(days_known) as Bool) as is_history_insufficient,
    cast(is_below as Bool) as is_below_reorder_point,
    cast(packs > 0 and supplier_order_amount < supplier_minimum_value as Bool) as is_minimum_value_missed,

    -- dates
    cast(stock_date as Date32) as stock_date,
    cast(order_date as Date32) as order_date,
    cast(delivery_date as Date32) as estimated_delivery_date,
    cast(if(stock_out_day = 0, null, addDays(stock_date, stock_out_day)) as Nullable(Date32))
        as estimated_stock_out_date
from orders_grouped
