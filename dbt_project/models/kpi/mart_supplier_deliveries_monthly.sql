{{ config(order_by=['source', 'supply_source_id', 'month', 'store_id']) }}

with order_lines as (

    select
        *,
        makeDate32(toYear(date_key), toMonth(date_key), 1) as month_placed,
        isNotNull(lead_time_days) as is_delivered,
        least(received_units, ordered_units) as filled_units,
        least(received_on_time_units, ordered_units) as filled_on_time_units,
        ifNull(ordered_amount, 0) as line_amount
    from {{ ref('fact_purchase_order_lines') }}

),

lines_summed as (

    select
        source,
        supply_source_id,
        is_from_own_depot,
        store_id,
        month_placed,

        count() as order_lines,
        countIf(is_due) as due_lines,
        countIf(is_due and is_on_time_in_full) as on_time_in_full_lines,
        countIf(is_due and received_on_time_units > 0) as on_time_lines,
        countIf(is_due and order_lines.received_units >= order_lines.ordered_units) as in_full_lines,
        countIf(is_ghost_candidate) as ghost_candidate_lines,

        sum(order_lines.ordered_units) as ordered_units,
        sum(order_lines.received_units) as received_units,
        sum(order_lines.cancelled_units) as cancelled_units,
        sum(order_lines.open_units) as open_units,
        sumIf(order_lines.ordered_units, is_due) as due_units,
        sumIf(filled_on_time_units, is_due) as due_units_on_time,
        sumIf(filled_units, is_due) as due_units_received,

        sum(line_amount) as ordered_amount,
        sumIf(line_amount, is_due) as due_amount,

        countIf(is_delivered) as lead_time_lines,
        sum(ifNull(lead_time_days, 0)) as lead_time_days_sum,
        sum(ifNull(lead_time_days * lead_time_days, 0)) as lead_time_days_squared_sum,
        sumIf(promised_lead_time_days, is_delivered) as promised_lead_time_days_sum
    from order_lines
    group by source, supply_source_id, is_from_own_depot, store_id, month_placed

)

select
    -- ids
    month_placed as month,
    source,
    supply_source_id,
    store_id,

    -- booleans
    is_from_own_depot,

    -- counts of order lines
    cast(order_lines as Int64) as order_lines,
    cast(due_lines as Int64) as due_lines,
    cast(on_time_in_full_lines as Int64) as on_time_in_full_lines,
    cast(on_time_lines as Int64) as on_time_lines,
    cast(in_full_lines as Int64) as in_full_lines,
    cast(ghost_candidate_lines as Int64) as ghost_candidate_lines,

    -- units
    cast(ordered_units as Decimal(18, 3)) as ordered_units,
    cast(received_units as Decimal(18, 3)) as received_units,
    cast(cancelled_units as Decimal(18, 3)) as cancelled_units,
    cast(open_units as Decimal(18, 3)) as open_units,
    cast(due_units as Decimal(18, 3)) as due_units,
    cast(due_units_on_time as Decimal(18, 3)) as due_units_on_time,
    cast(due_units_received as Decimal(18, 3)) as due_units_received,

    -- money
    cast(ordered_amount as Decimal(18, 4)) as ordered_amount,
    cast(due_amount as Decimal(18, 4)) as due_amount,

    -- lead times of the lines of which something came
    cast(lead_time_lines as Int64) as lead_time_lines,
    cast(lead_time_days_sum as Int64) as lead_time_days_sum,
    cast(lead_time_days_squared_sum as Int64) as lead_time_days_squared_sum,
    cast(promised_lead_time_days_sum as Int64) as promised_lead_time_days_sum
from lines_summed
