{{ config(materialized='table', order_by=['experiment_id', 'unit_id', 'look']) }}

with experiments as (

    select *, subtractDays(starts_on, 7 * history_weeks) as history_starts_on
    from {{ ref('experiments') }}

),

source_days as (

    select source, last_whole_day from {{ ref('int_source_days_completed') }}

),

customers as (

    select source, customer_key, customer_id from {{ ref('dim_customer') }} where customer_key != 0

),

tickets as (

    select
        source, store_id, date_key,
        ifNull(customers.customer_id, '') as customer_id,
        toFloat64(net_revenue) as net_revenue,
        toFloat64(cost_tracked_revenue - cogs_amount) as margin,
        toFloat64(is_transaction) as transactions
    from {{ ref('fact_tickets') }}
    left join customers using (source, customer_key)

),

units_by_day as (

    select
        experiments.experiment_id as experiment_id,
        if(experiments.unit = 'store', tickets.store_id, tickets.customer_id) as unit_id,
        tickets.date_key < experiments.starts_on as is_history,
        intDiv(dateDiff('day', experiments.starts_on, tickets.date_key), 7) + 1 as week,
        multiIf(
            experiments.metric = 'margin', {{ exact_sum('tickets.margin') }},
            experiments.metric = 'transactions', {{ exact_sum('tickets.transactions') }},
            {{ exact_sum('tickets.net_revenue') }}
        ) as outcome,
        sum(tickets.transactions) as transactions
    from tickets
    inner join experiments on tickets.source = experiments.source
    where tickets.date_key >= experiments.history_starts_on and unit_id != ''
    group by experiment_id, unit_id, is_history, week, experiments.metric

),

-- Who takes part is settled before it begins: who bought, or was open, in the weeks before.
units as (

    select
        experiment_id, unit_id,
        {{ exact_sum('units_by_day.outcome') }} as history_outcome
    from units_by_day
    where is_history
    group by experiment_id, unit_id
    having sum(units_by_day.transactions) > 0

),

looks as (

    select
        experiment_id,
        source,
        unit,
        treatment_share,
        arrayJoin(range(1, planned_weeks + 1)) as look,
        addDays(starts_on, 7 * look - 1) as looked_on
    from experiments
    inner join source_days using (source)
    where looked_on <= last_whole_day

),

units_looked_at as (

    select
        looks.experiment_id as experiment_id,
        looks.source as source,
        units.unit_id as unit_id,
        if(looks.unit = 'customer', units.unit_id, '') as customer_id,
        looks.look as look,
        looks.looked_on as looked_on,
        {{ arm('looks.experiment_id', 'units.unit_id', 'looks.treatment_share') }} as arm,
        units.history_outcome as history_outcome
    from units
    inner join looks on units.experiment_id = looks.experiment_id

),

outcomes as (

    select
        units_looked_at.experiment_id as experiment_id,
        units_looked_at.unit_id as unit_id,
        look,
        {{ exact_sum('units_by_day.outcome') }} as outcome
    from units_looked_at
    inner join units_by_day
        on units_looked_at.experiment_id = units_by_day.experiment_id
        and units_looked_at.unit_id = units_by_day.unit_id
    where not is_history and week <= look
    group by experiment_id, unit_id, look

),

units_measured as (

    select
        experiment_id,
        source,
        unit_id,
        customer_id,
        arm,
        cast(look as Int32) as look,
        looked_on,
        history_outcome,
        ifNull(outcomes.outcome, 0) as outcome
    from units_looked_at
    left join outcomes using (experiment_id, unit_id, look)

)

select * from units_measured
