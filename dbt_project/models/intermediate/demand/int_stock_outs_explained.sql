{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'started_at']) }}

-- Exactly one cause each, the first that applies: what the book did not know, then what was new, what the source of
-- supply did, what was promoted, how it was ordered, and how demand moved.

{%- set new_days, forgotten_days, aftermath_days, surprise = 21, 14, 4, 1.35 %}

with sellers as (

    select source, stock_store_id, product_id, min(store_id) as selling_store_id
    from {{ ref('int_selling_pairs_stocked') }}
    group by source, stock_store_id, product_id

),

-- What is the cause may change while an episode lasts, so it is asked for at its middle.
episodes as (

    select
        episodes_joined.source as source,
        episodes_joined.store_id as store_id,
        episodes_joined.product_id as product_id,
        kind, started_at, ended_at, first_day, last_day, is_ongoing,
        -- What is asked and promoted in the web shop, the depot's shelf is empty of.
        ifNull(selling_store_id, episodes_joined.store_id) as selling_store_id,
        addMilliseconds(started_at, intDiv(dateDiff('millisecond', started_at, ended_at), 2)) as asked_at,
        addDays(first_day, intDiv(dateDiff('day', first_day, last_day), 2)) as asked_on
    from {{ ref('int_stock_out_episodes_joined') }} as episodes_joined
    left join sellers
        on episodes_joined.source = sellers.source and episodes_joined.store_id = sellers.stock_store_id
        and episodes_joined.product_id = sellers.product_id

),

order_lines as (

    select * from {{ ref('fact_purchase_order_lines') }}

),

ranged as (

    select source, store_id, product_id, min(valid_from) as ranged_at
    from {{ ref('dim_assortment') }}
    where is_ranged
    group by source, store_id, product_id

),

-- An order still awaited then; the deadline is what was promised.
lines_awaited as (

    select
        episodes.source as source, episodes.store_id as store_id, episodes.product_id as product_id,
        episodes.started_at as started_at,
        max(not is_from_own_depot and promised_date < episodes.asked_on) as is_supplier_late,
        true as is_awaited
    from episodes
    inner join order_lines
        on episodes.source = order_lines.source and episodes.store_id = order_lines.store_id
        and episodes.product_id = order_lines.product_id
    where placed_at < episodes.asked_at
        -- What is overdue for weeks nobody waits for any more: the line was forgotten, not the goods.
        and promised_date >= subtractDays(episodes.asked_on, {{ forgotten_days }})
        and ifNull(
            if(received_units >= ordered_units, last_received_at, order_lines.ended_at) >= episodes.asked_at, true
        )
    group by source, store_id, product_id, started_at

),

lines_ended as (

    select
        source, store_id, product_id,
        coalesce(order_lines.ended_at, last_received_at) as line_ended_at,
        max(received_units < ordered_units) as is_line_short,
        max(received_units < ordered_units and is_from_own_depot) as is_line_of_depot_short
    from order_lines
    where isNotNull(line_ended_at)
    group by source, store_id, product_id, line_ended_at

),

orders_spaced as (

    select
        source, store_id, product_id, placed_at,
        dateDiff('hour', lagInFrame(toNullable(placed_at)) over (
            partition by source, store_id, product_id order by placed_at, purchase_order_id
            rows between unbounded preceding and unbounded following
        ), placed_at) as hours_since_last
    from order_lines

),

order_rhythms as (

    select source, store_id, product_id, quantileExact(0.9)(hours_since_last) as usual_hours -- noqa: LT01
    from orders_spaced
    where isNotNull(hours_since_last)
    group by source, store_id, product_id

),

-- What was sold a day, of days with something to sell.
weeks_before as (

    select
        source, store_id, product_id, week_start_date,
        sum(units_sold) over four_weeks_before / nullIf(sum(days_available) over four_weeks_before, 0)
            as units_sold_before
    from {{ ref('int_demand_weeks_measured') }}
    window four_weeks_before as (
        partition by source, store_id, product_id order by week_start_date rows between 4 preceding and 1 preceding
    )

),

weeks as (

    select source, store_id, product_id, category, week_start_date, units_per_day, units_sold_before
    from {{ ref('int_demand_weeks_settled') }}
    inner join weeks_before using (source, store_id, product_id, week_start_date)

),

indexes as (

    select source, store_id, category, date_key, demand_index from {{ ref('int_demand_days_indexed') }}

),

promotion_days as (

    select source, store_id, product_id, date_key from {{ ref('int_promotion_days_known') }}

),

episodes_with_facts as (

    select
        episodes.source as source,
        episodes.store_id as store_id,
        episodes.product_id as product_id,
        episodes.kind as kind,
        episodes.started_at as started_at,
        episodes.ended_at as ended_at,
        episodes.first_day as first_day,
        episodes.last_day as last_day,
        episodes.is_ongoing as is_ongoing,
        ifNull(dateDiff('day', ranged_at, episodes.asked_at) < {{ new_days }}, false) as is_new,
        ifNull(lines_awaited.is_supplier_late, false) as is_supplier_late,
        ifNull(lines_awaited.is_awaited, false) as is_awaited,
        ifNull(is_line_short, false) as is_short,
        ifNull(is_line_of_depot_short, false) as is_depot_short,
        ifNull(
            dateDiff('day', promotion_days.date_key, episodes.asked_on) < {{ aftermath_days }}, false
        ) as is_promoted,
        ifNull(dateDiff('hour', orders_spaced.placed_at, episodes.asked_at) > usual_hours, false) as is_order_overdue,
        ifNull(orders_spaced.hours_since_last > usual_hours, false) as is_order_late,
        ifNull(units_per_day * ifNull(demand_index, 1) > {{ surprise }} * units_sold_before, false) as is_surprising
    from episodes
    left join ranged using (source, store_id, product_id)
    left join lines_awaited
        on episodes.source = lines_awaited.source and episodes.store_id = lines_awaited.store_id
        and episodes.product_id = lines_awaited.product_id and episodes.started_at = lines_awaited.started_at
    left join order_rhythms
        on episodes.source = order_rhythms.source and episodes.store_id = order_rhythms.store_id
        and episodes.product_id = order_rhythms.product_id
    asof left join lines_ended
        on episodes.source = lines_ended.source and episodes.store_id = lines_ended.store_id
        and episodes.product_id = lines_ended.product_id and episodes.asked_at >= lines_ended.line_ended_at
    asof left join promotion_days
        on episodes.source = promotion_days.source and episodes.selling_store_id = promotion_days.store_id
        and episodes.product_id = promotion_days.product_id and episodes.asked_on >= promotion_days.date_key
    asof left join orders_spaced
        on episodes.source = orders_spaced.source and episodes.store_id = orders_spaced.store_id
        and episodes.product_id = orders_spaced.product_id and episodes.asked_at >= orders_spaced.placed_at
    asof left join weeks
        on episodes.source = weeks.source and episodes.selling_store_id = weeks.store_id
        and episodes.product_id = weeks.product_id and episodes.asked_on >= weeks.week_start_date
    left join indexes
        on episodes.source = indexes.source and episodes.selling_store_id = indexes.store_id
        and weeks.category = indexes.category and episodes.asked_on = indexes.date_key

),

stock_outs_explained as (

    select
        *,
        multiIf(
            kind = 'phantom', 'phantom_stock',
            is_new, 'new_item',
            is_supplier_late, 'supplier_late',
            is_short and is_depot_short, 'dc_short',
            is_short, 'supplier_short',
            is_promoted, 'promotion_under_ordered',
            is_awaited and is_order_late, 'ordered_late',
            not is_awaited and is_order_overdue, 'not_ordered',
            is_surprising, 'forecast_too_low',
            'parameters'
        ) as root_cause
    from episodes_with_facts

)

select * from stock_outs_explained
