{%- set window_days, most_products, fewest_tickets = 90, 3, 30 -%}
{{ config(order_by=['source', 'customer_id', 'rank']) }}

with customers as (

    select source, customer_key, customer_id from {{ ref('dim_customer') }} where customer_key != 0

),

source_days as (

    select source, last_whole_day from {{ ref('int_source_days_completed') }}

),

products as (

    select source, product_id from {{ ref('dim_product') }} where is_current and status = 'active'

),

bought as (

    select source, customer_key, product_id
    from {{ ref('fact_sales') }}
    inner join source_days using (source)
    where customer_key != 0 and event_type = 'sale' and line_type = 'merchandise'
        and date_key > subtractDays(last_whole_day, {{ window_days }}) and date_key <= last_whole_day
    group by source, customer_key, product_id

),

-- Each pair both ways: how much oftener the other one is in a ticket than it would be by chance.
pairs as (

    select source, product_id, other_product_id, lift, both_tickets from {{ ref('mart_product_affinity') }}

    union all

    select source, other_product_id, product_id, lift, both_tickets from {{ ref('mart_product_affinity') }}

),

suggested as (

    select
        bought.source as source,
        bought.customer_key as customer_key,
        pairs.other_product_id as product_id,
        argMax(pairs.product_id, (pairs.lift, pairs.product_id)) as because_of_product_id,
        max(pairs.lift) as lift
    from bought
    inner join pairs on bought.source = pairs.source and bought.product_id = pairs.product_id
    where pairs.lift > 1 and pairs.both_tickets >= {{ fewest_tickets }}
    group by source, customer_key, product_id

),

suggested_new as (

    select
        *,
        row_number() over (partition by source, customer_key order by suggested.lift desc, product_id) as rank
    from suggested
    inner join products using (source, product_id)
    left anti join bought using (source, customer_key, product_id)

)

select
    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(customer_id as String) as customer_id,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(because_of_product_id as LowCardinality(String)) as because_of_product_id,

    -- numerics
    cast(rank as Int32) as rank,
    cast(lift as Float64) as lift
from suggested_new
inner join customers using (source, customer_key)
where rank <= {{ most_products }}
