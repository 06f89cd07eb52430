{{ config(order_by=['source', 'supply_source_id'], tags=['estimated']) }}

with days_current as (

    select source, store_id, max(date_key) as current_day
    from {{ ref('int_store_days_opened') }}
    group by source, store_id

),

days_ended as (

    select source as end_source, store_id as end_store_id, date_key as ended_day, starts_at as ended_day_from
    from {{ ref('int_store_days_opened') }}

),

order_lines as (

    select
        source,
        supply_source_id,
        is_from_own_depot,
        is_due,
        is_on_time_in_full,
        is_ghost_candidate,
        ordered_units as line_units,
        least(received_units, line_units) as filled_units,
        least(received_on_time_units, line_units) as filled_on_time_units,
        open_units as line_open_units,
        ifNull(open_amount, 0) as line_open_amount,
        lead_time_days,
        promised_lead_time_days,
        isNotNull(lead_time_days) as is_delivered,
        line_open_units > 0 as is_open,
        is_open and is_due as is_overdue,
        date_key > subtractDays(current_day, {{ var('supplier_window_days', 365) }}) as is_in_window,
        -- Days for which a first delivery was waited for, until it came, was given up, or until now.
        greatest(ifNull(lead_time_days, dateDiff('day', date_key, ifNull(ended_day, current_day))), 0) as waited_days
    from {{ ref('fact_purchase_order_lines') }}
    inner join days_current using (source, store_id)
    asof left join days_ended on source = end_source and store_id = end_store_id and ended_at >= ended_day_from

),

waits_counted as (

    select
        source,
        supply_source_id,
        waited_days,
        countIf(is_delivered) as deliveries,
        count() as waits
    from order_lines
    where is_in_window
    group by source, supply_source_id, waited_days

),

waits_at_risk as (

    select
        *,
        sum(waits) over (
            partition by source, supply_source_id order by waited_days rows between current row and unbounded following
        ) as waiting
    from waits_counted

),

-- The product-limit estimate of the share still waiting (Kaplan and Meier, Nonparametric Estimation from Incomplete
-- Observations, Journal of the American Statistical Association 53, 1958): lines that are open, or were given up before
-- anything came, count as waiting for as long as they did. Rounded, so that a share of exactly a half is one.
lead_times_estimated as (

    select
        *,
        round(exp(sum(log(1 - deliveries / waiting)) over (
            partition by source, supply_source_id order by waited_days rows between unbounded preceding and current row
        )), 9) as share_waiting
    from waits_at_risk

),

lead_times as (

    select
        source,
        supply_source_id,
        minOrNullIf(waited_days, share_waiting <= 0.5) as p50_days,
        minOrNullIf(waited_days, share_waiting <= 0.1) as p90_days
    from lead_times_estimated
    group by source, supply_source_id

),

lines_summed as (

    select
        source,
        supply_source_id,
        is_from_own_depot,

        countIf(is_in_window) as order_lines,
        countIf(is_in_window and is_due) as due_lines,
        countIf(is_in_window and is_due and is_on_time_in_full) as on_time_in_full_lines,
        sumIf(line_units, is_in_window and is_due) as due_units,
        sumIf(filled_on_time_units, is_in_window and is_due) as due_units_on_time,
        sumIf(filled_units, is_in_window and is_due) as due_units_received,

        countIf(is_in_window and is_delivered) as lead_time_lines,
        sumIf(ifNull(lead_time_days, 0), is_in_window) as lead_time_days_sum,
        sumIf(ifNull(lead_time_days * lead_time_days, 0), is_in_window) as lead_time_days_squared_sum,
        sumIf(promised_lead_time_days, is_in_window and is_delivered) as promised_lead_time_days_sum,

        countIf(is_open) as open_lines,
        sum(line_open_units) as open_units,
        sum(line_open_amount) as open_amount,
        countIf(is_overdue) as overdue_lines,
        sumIf(line_open_units, is_overdue) as overdue_units,
        countIf(is_ghost_candidate) as ghost_candidate_lines,
        sumIf(line_open_units, is_ghost_candidate) as ghost_candidate_units,
        sumIf(line_open_amount, is_ghost_candidate) as ghost_candidate_amount
    from order_lines
    group by source, supply_source_id, is_from_own_depot

)

select
    -- ids
    source,
    supply_source_id,

    -- booleans
    is_from_own_depot,

    -- lines placed within the window
    cast(order_lines as Int64) as order_lines,
    cast(due_lines as Int64) as due_lines,
    cast(on_time_in_full_lines as Int64) as on_time_in_full_lines,
    cast(due_units as Decimal(18, 3)) as due_units,
    cast(due_units_on_time as Decimal(18, 3)) as due_units_on_time,
    cast(due_units_received as Decimal(18, 3)) as due_units_received,

    -- their lead times
    cast(lead_time_lines as Int64) as lead_time_lines,
    cast(lead_time_days_sum as Int64) as lead_time_days_sum,
    cast(lead_time_days_squared_sum as Int64) as lead_time_days_squared_sum,
    cast(promised_lead_time_days_sum as Int64) as promised_lead_time_days_sum,
    cast(p50_days as Nullable(Int32)) as estimated_lead_time_p50_days,
    cast(p90_days as Nullable(Int32)) as estimated_lead_time_p90_days,

    -- what is open now, whenever placed
    cast(open_lines as Int64) as open_lines,
    cast(open_units as Decimal(18, 3)) as open_units,
    cast(open_amount as Decimal(18, 4)) as open_amount,
    cast(overdue_lines as Int64) as overdue_lines,
    cast(overdue_units as Decimal(18, 3)) as overdue_units,
    cast(ghost_candidate_lines as Int64) as ghost_candidate_lines,
    cast(ghost_candidate_units as Decimal(18, 3)) as ghost_candidate_units,
    cast(ghost_candidate_amount as Decimal(18, 4)) as ghost_candidate_amount
from lines_summed
left join lead_times using (source, supply_source_id)
