{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'started_at']) }}

-- Stretches without stock, joined over midnights and closing hours; and shelves that were probably empty against the
-- book.

with spells as (

    select source, store_id, product_id, date_key, spell.1 as started_at, spell.2 as ended_at
    from {{ ref('fact_inventory') }}
    array join out_of_stock_spells as spell
    where is_ranged

),

spells_compared as (

    select
        *,
        lagInFrame(toNullable(ended_at)) over (
            partition by source, store_id, product_id order by started_at
            rows between unbounded preceding and unbounded following
        ) as ended_before
    from spells

),

spells_numbered as (

    select
        *,
        sum(toUInt32(isNull(ended_before) or ended_before != started_at)) over (
            partition by source, store_id, product_id order by started_at
            rows between unbounded preceding and current row
        ) as episode
    from spells_compared

),

episodes_by_book as (

    select
        source, store_id, product_id, 'no_stock' as kind,
        min(spells_numbered.started_at) as started_at,
        max(spells_numbered.ended_at) as last_ended_at,
        min(date_key) as first_day,
        max(date_key) as last_day
    from spells_numbered
    group by source, store_id, product_id, episode

),

episodes_against_book as (

    select
        source, stock_store_id as store_id, product_id, 'phantom' as kind,
        silent_from as started_at, silent_until as last_ended_at, silent_from_day as first_day,
        toDate32(silent_until) as last_day
    from {{ ref('int_shelf_silences_judged') }}
    where phantom_probability >= 0.5

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

stock_out_episodes_joined as (

    select
        source, store_id, product_id, kind, started_at, first_day, last_day,
        last_ended_at >= as_of as is_ongoing,
        least(last_ended_at, as_of) as ended_at
    from (select * from episodes_by_book union all select * from episodes_against_book) as episodes
    inner join sources using (source)

)

select * from stock_out_episodes_joined
