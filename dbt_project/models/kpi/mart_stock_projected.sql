{%- set days_ahead = 28 -%}
{{ config(order_by=['source', 'store_id', 'product_id', 'date_key'], tags=['estimated', 'predicted']) }}

with stock as (

    select * from {{ ref('int_stock_positions_taken') }}

),

expected as (

    select source, store_id, product_id, cumulated_units, is_predicted from {{ ref('int_demand_expected') }}

),

-- As in mart_replenishment: what is overdue but not forgotten is awaited tomorrow.
arrivals as (

    select
        source, store_id, product_id,
        arrayMap(
            units -> toFloat64(units),
            arrayCumSum(sumResample(1, {{ days_ahead + 1 }}, 1)(  -- noqa: LT01
                open_units,
                toInt64(greatest(dateDiff('day', stock.date_key, coalesce(confirmed_date, promised_date)), 1))
            ))
        ) as arrived_units
    from {{ ref('fact_purchase_order_lines') }} as order_lines
    inner join (select source, store_id, product_id, date_key from stock) as stock using (source, store_id, product_id)
    where open_units > 0 and not is_ghost_candidate
    group by source, store_id, product_id

),

proposals as (

    select
        source, store_id, product_id, toFloat64(suggested_units) as suggested_units, stock_date,
        estimated_delivery_date
    from {{ ref('mart_replenishment') }}

),

pairs as (

    select
        stock.source as source, stock.store_id as store_id, stock.product_id as product_id,
        stock.date_key as stock_date, stock.unit_cost as unit_cost,
        toFloat64(stock.on_hand_units) as on_hand,
        ifNull(is_predicted, false) as is_predicted,
        if(
            empty(cumulated_units), arrayWithConstant({{ days_ahead }}, 0.),
            arraySlice(cumulated_units, 1, {{ days_ahead }})
        ) as wanted,
        if(empty(arrived_units), arrayWithConstant({{ days_ahead }}, 0.), arrived_units) as arrived,
        arrayMap(
            day -> if(day >= dateDiff('day', proposals.stock_date, estimated_delivery_date), suggested_units, 0.),
            range(1, {{ days_ahead + 1 }})
        ) as proposed
    from stock
    inner join proposals using (source, store_id, product_id)
    left join expected using (source, store_id, product_id)
    left join arrivals using (source, store_id, product_id)

),

-- What was lost by a day is the worst that was short by then; the rest follows from sums.
pairs_projected as (

    select
        *,
        arrayMap(
            day -> greatest(arrayMax(arrayMap(
                (total, came) -> total - came - on_hand, arraySlice(wanted, 1, day), arraySlice(arrived, 1, day)
            )), 0.),
            range(1, {{ days_ahead + 1 }})
        ) as lost,
        arrayMap(
            day -> greatest(arrayMax(arrayMap(
                (total, came, coming) -> total - came - coming - on_hand,
                arraySlice(wanted, 1, day), arraySlice(arrived, 1, day), arraySlice(proposed, 1, day)
            )), 0.),
            range(1, {{ days_ahead + 1 }})
        ) as lost_with_proposal,
        arrayMap((total, came, missed) -> on_hand + came - total + missed, wanted, arrived, lost) as closing
    from pairs

),

pair_days as (

    select
        source, store_id, product_id, unit_cost, is_predicted, addDays(stock_date, day) as date_key,
        round(closing_before, 6) as opening_units,
        round(wanted_so_far - wanted_before, 6) as wanted_units,
        round(arrived_so_far - arrived_before, 6) as arrival_units,
        round(closing_today, 6) as closing_units,
        round(lost_so_far - lost_before, 6) as short_units,
        round(lost_so_far_with_proposal - lost_before_with_proposal, 6) as short_units_with_proposal
    from pairs_projected
    array join
        arrayEnumerate(wanted) as day,
        wanted as wanted_so_far, arrayPopBack(arrayPushFront(wanted, 0.)) as wanted_before,
        arrived as arrived_so_far, arrayPopBack(arrayPushFront(arrived, 0.)) as arrived_before,
        closing as closing_today, arrayPopBack(arrayPushFront(closing, on_hand)) as closing_before,
        lost as lost_so_far, arrayPopBack(arrayPushFront(lost, 0.)) as lost_before,
        lost_with_proposal as lost_so_far_with_proposal,
        arrayPopBack(arrayPushFront(lost_with_proposal, 0.)) as lost_before_with_proposal

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,

    -- dates
    cast(date_key as Date32) as date_key,

    -- numerics
    cast(opening_units as Decimal(18, 6)) as estimated_opening_units,
    cast(wanted_units as Decimal(18, 6)) as estimated_wanted_units,
    cast(arrival_units as Decimal(18, 6)) as expected_arrival_units,
    cast(closing_units as Decimal(18, 6)) as estimated_closing_units,
    cast(short_units as Decimal(18, 6)) as estimated_short_units,
    cast(short_units_with_proposal as Decimal(18, 6)) as estimated_short_units_with_proposal,
    cast(round(toDecimal128(closing_units, 6) * unit_cost, 4) as Nullable(Decimal(18, 4))) as estimated_closing_value,

    -- booleans
    cast(is_predicted as Bool) as is_predicted
from pair_days
