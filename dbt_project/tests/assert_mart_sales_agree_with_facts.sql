-- Per source and day the daily mart and the facts give the same lines and the same money.
with facts as (

    select source, date_key, count() as ticket_lines, sum(net_amount) as net_amount
    from {{ ref('fact_sales') }}
    group by source, date_key

),

marts as (

    select source, date_key, sum(ticket_lines) as ticket_lines, sum(net_revenue + other_income) as net_amount
    from {{ ref('mart_sales_daily') }}
    group by source, date_key

)

select *
from facts
full outer join marts on facts.source = marts.source and facts.date_key = marts.date_key
where not ifNull(facts.ticket_lines = marts.ticket_lines and facts.net_amount = marts.net_amount, false)
