{{ config(order_by=['source', 'customer_id']) }}

with customers as (

    select * from {{ ref('stg_events__customers') }}

),

customers_on_tickets as (

    select distinct source, assumeNotNull(ticket_lines.customer_id) as customer_id
    from {{ ref('stg_events__ticket_lines') }} as ticket_lines
    where isNotNull(ticket_lines.customer_id) -- the bare name is the column above, which is never NULL

),

{{ versions('customers', ['customer_id'], [
    'customer_name', 'email', 'city', 'country', 'home_store_id', 'joined_date'
]) }},

customers_known as (

    select * from versions
    order by valid_from desc
    limit 1 by source, customer_id

),

customers_inferred as (

    select * from customers_on_tickets
    where (source, customer_id) not in (select source, customer_id from customers_known)

),

customers_united as (

    select
        {{ surrogate_key(['source', 'customer_id']) }} as customer_key, source, customer_id,
        customer_name, email, city, country, home_store_id, joined_date, false as is_inferred
    from customers_known

    union all

    select
        {{ surrogate_key(['source', 'customer_id']) }}, source, customer_id,
        null, null, null, null, null, null, true
    from customers_inferred

    union all

    select 0, '', '', 'Unknown customer', null, null, null, null, null, false

)

select
    -- ids
    cast(customer_key as Int64) as customer_key,
    cast(source as LowCardinality(String)) as source,
    cast(customer_id as String) as customer_id,
    cast(home_store_id as LowCardinality(Nullable(String))) as home_store_id,

    -- strings
    cast(ifNull(customer_name, 'not stated') as String) as customer_name,
    cast(email as Nullable(String)) as email,
    cast(ifNull(city, 'not stated') as LowCardinality(String)) as city,
    cast(ifNull(country, 'not stated') as LowCardinality(String)) as country,

    -- booleans
    cast(is_inferred as Bool) as is_inferred,

    -- dates
    cast(joined_date as Nullable(Date32)) as joined_date
from customers_united
