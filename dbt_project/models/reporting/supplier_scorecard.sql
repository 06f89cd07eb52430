{{ config(tags=['estimated']) }}

with performance as (

    select * from {{ ref('mart_supplier_performance') }}

),

suppliers as (

    select source, supplier_id as supply_source_id, supplier_name
    from {{ ref('dim_supplier') }}
    where is_current

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

suppliers_scored as (

    select
        *,
        lead_time_days_sum / lead_time_lines as mean_days,
        lead_time_days_squared_sum / lead_time_lines - mean_days * mean_days as variance,
        isNotNull(estimated_lead_time_p90_days) as has_p90
    from performance
    left join suppliers using (source, supply_source_id)
    inner join sources using (source)

)

select
    -- ids
    cast(source as String) as source,
    cast(supply_source_id as String) as supplier_id,

    -- strings
    cast(ifNull(supplier_name, supply_source_id) as String) as supplier_name,

    -- booleans
    is_from_own_depot,
    cast(due_lines > 0 as Bool) as has_due_lines,
    cast(lead_time_lines > 0 as Bool) as has_lead_times,
    cast(has_p90 as Bool) as has_lead_time_p90,

    -- how it delivers
    order_lines,
    due_lines,
    on_time_in_full_lines,
    due_units,
    due_units_on_time,
    due_units_received,
    cast(if(due_units = 0, 0, toFloat64(due_units_on_time) / due_units) as Float64) as fill_rate,
    cast(if(due_lines = 0, 0, on_time_in_full_lines / due_lines) as Float64) as otif_rate,

    -- how long it takes, in days
    lead_time_lines,
    lead_time_days_sum,
    promised_lead_time_days_sum,
    cast(if(lead_time_lines = 0, 0, mean_days) as Float64) as mean_lead_time_days,
    cast(if(lead_time_lines = 0, 0, sqrt(greatest(variance, 0))) as Float64) as lead_time_days_deviation,
    cast(ifNull(estimated_lead_time_p50_days, 0) as Int64) as estimated_lead_time_p50_days,
    cast(ifNull(estimated_lead_time_p90_days, 0) as Int64) as estimated_lead_time_p90_days,

    -- what is open
    open_lines,
    open_units,
    cast(round(open_amount, 2) as Decimal(18, 2)) as open_amount,
    overdue_lines,
    overdue_units,
    ghost_candidate_lines,
    ghost_candidate_units,
    cast(round(ghost_candidate_amount, 2) as Decimal(18, 2)) as ghost_candidate_amount,

    -- timestamps
    cast(as_of as DateTime('UTC')) as as_of
from suppliers_scored
