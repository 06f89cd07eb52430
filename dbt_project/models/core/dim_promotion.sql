{{ config(order_by=['source', 'promotion_id', 'product_id']) }}

with promotions as (

    select * from {{ ref('stg_events__promotions') }}

),

promotions_on_tickets as (

    select distinct source, assumeNotNull(ticket_lines.promotion_id) as promotion_id, product_id
    from {{ ref('stg_events__ticket_lines') }} as ticket_lines
    where isNotNull(ticket_lines.promotion_id) -- the bare name is the column above, which is never NULL

),

promotions_known as (

    select * from promotions
    order by valid_from desc, said_at desc, _kafka_timestamp desc, _topic desc, _partition desc, _offset desc
    limit 1 by source, promotion_id, product_id

),

promotions_inferred as (

    select * from promotions_on_tickets
    where (source, promotion_id, product_id) not in (select source, promotion_id, product_id from promotions_known)

),

promotions_united as (

    select
        {{ surrogate_key(['source', 'promotion_id', 'product_id']) }} as promotion_key,
        source, promotion_id, product_id, location_id as store_id,
        promotion_name, promotion_type, discount_rate, starts_on, ends_on, false as is_inferred
    from promotions_known

    union all

    select
        {{ surrogate_key(['source', 'promotion_id', 'product_id']) }},
        source, promotion_id, product_id, null,
        'not stated', 'not stated', null, null, null, true
    from promotions_inferred

    union all

    select 0, '', '', '', null, 'No promotion', 'none', null, null, null, false

)

select
    -- ids
    cast(promotion_key as Int64) as promotion_key,
    cast(source as LowCardinality(String)) as source,
    cast(promotion_id as LowCardinality(String)) as promotion_id,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(store_id as LowCardinality(Nullable(String))) as store_id,

    -- strings
    cast(promotion_name as String) as promotion_name,
    cast(promotion_type as LowCardinality(String)) as promotion_type,

    -- numerics
    cast(discount_rate as Nullable(Decimal(9, 4))) as discount_rate,

    -- booleans
    cast(is_inferred as Bool) as is_inferred,

    -- dates
    cast(starts_on as Nullable(Date32)) as starts_on,
    cast(ends_on as Nullable(Date32)) as ends_on
from promotions_united
