{{ config(materialized='table', order_by=['source', 'store_id', 'date_key']) }}

with controls as (

    select source, store_id, business_date as date_key, currency, ticket_count, net_total, closed_at, _kafka_timestamp
    from {{ ref('stg_events__store_days_closed') }}

),

sales_by_day as (

    select
        source,
        store_id,
        date_key,
        uniqExact(transaction_id) as tickets,
        sum(quantity) as units,
        sum(net_amount) as net_amount,
        min(currency) as first_currency,
        max(currency) as last_currency
    from {{ ref('fact_sales') }}
    group by source, store_id, date_key

),

completeness as (

    select
        assumeNotNull(source) as source,
        assumeNotNull(store_id) as store_id,
        assumeNotNull(date_key) as date_key,
        cast(controls.ticket_count as Nullable(Int64)) as control_tickets,
        cast(ifNull(tickets, 0) as Int64) as known_tickets,
        cast(controls.net_total as Nullable(Decimal(18, 4))) as control_net_amount,
        cast(ifNull(net_amount, 0) as Decimal(18, 4)) as known_net_amount,
        cast(ifNull(units, 0) as Decimal(18, 3)) as known_units,
        assumeNotNull(ifNull(controls.currency, last_currency)) as currency,
        isNotNull(control_tickets) as is_closed,
        -- Money in another currency than the control's cannot be what the control counted.
        ifNull(
            control_tickets = known_tickets and control_net_amount = known_net_amount
            and (known_tickets = 0 or first_currency = currency and last_currency = currency),
            false
        ) as is_complete,
        controls.closed_at as closed_at,
        controls._kafka_timestamp as control_arrived_at
    from sales_by_day
    full outer join controls using (source, store_id, date_key)

)

select * from completeness
