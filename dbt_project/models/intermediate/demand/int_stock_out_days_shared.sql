{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'date_key']) }}

with stock_outs as (

    select source, store_id as stock_store_id, product_id, date_key, out_of_stock_spells
    from {{ ref('fact_inventory') }}
    where notEmpty(out_of_stock_spells) and is_ranged

),

pairs as (

    select * from {{ ref('int_selling_pairs_stocked') }}

),

store_days as (

    select source, store_id, date_key, starts_at, opens_at, closes_at
    from {{ ref('int_store_days_opened') }}
    where is_open

),

profiles as (

    select * from {{ ref('int_sale_hours_profiled') }}

),

-- What a depot sends to stores was promised to them when they ordered it, the evening before. Where such goods were the
-- last, a web shop that sells from there had run out with its own last sale, or since the day began.
depots_emptied as (

    select
        source, store_id as stock_store_id, product_id, date_key,
        arraySort(groupArray(if(movement_type = 'transfer_out', moved_at, null))) as sent_at,
        arraySort(groupArray(if(movement_type != 'transfer_out', moved_at, null))) as moved_otherwise_at
    from {{ ref('fact_inventory_movements') }}
    where (source, store_id, product_id, date_key) in (
        select source, stock_store_id, product_id, date_key
        from stock_outs
        where (source, stock_store_id, product_id) in (
            select source, stock_store_id, product_id from pairs where store_id != stock_store_id
        )
    )
    group by source, stock_store_id, product_id, date_key

),

stock_out_days_shared as (

    select
        pairs.source as source,
        pairs.store_id as store_id,
        pairs.product_id as product_id,
        pairs.stock_store_id as stock_store_id,
        pairs.category as category,
        stock_outs.date_key as date_key,
        least(1., arraySum(
            spell ->
                {{ share_of_day_before('spell.2', 'starts_at', 'share_before_hour') }}
                - {{ share_of_day_before('spell.1', 'starts_at', 'share_before_hour') }},
            arrayMap(
                spell -> (if(
                    pairs.store_id != pairs.stock_store_id and has(ifNull(sent_at, []), spell.1),
                    arrayMax(arrayPushBack(
                        arrayFilter(moved -> moved < spell.1, ifNull(moved_otherwise_at, [])),
                        toDateTime64(starts_at, 3, 'UTC')
                    )),
                    spell.1
                ), spell.2),
                out_of_stock_spells
            )
        )) as out_of_stock_share
    from stock_outs
    inner join pairs using (source, stock_store_id, product_id)
    inner join store_days on pairs.source = store_days.source and pairs.store_id = store_days.store_id
        and stock_outs.date_key = store_days.date_key
    left join depots_emptied
        on stock_outs.source = depots_emptied.source and stock_outs.stock_store_id = depots_emptied.stock_store_id
        and stock_outs.product_id = depots_emptied.product_id and stock_outs.date_key = depots_emptied.date_key
    inner join profiles on pairs.source = profiles.source and pairs.store_id = profiles.store_id
        and pairs.category = profiles.category
    where out_of_stock_share > 0

)

select * from stock_out_days_shared
