{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'date_key']) }}

with promotions as (

    select *
    from {{ ref('stg_events__promotions') }}
    order by valid_from desc, said_at desc, _kafka_timestamp desc, _topic desc, _partition desc, _offset desc
    limit 1 by source, promotion_id, product_id

),

pairs as (

    select source, store_id, product_id from {{ ref('int_selling_pairs_stocked') }}

),

promotion_days_known as (

    select
        pairs.source as source,
        pairs.store_id as store_id,
        pairs.product_id as product_id,
        arrayJoin(arrayMap(
            offset -> addDays(starts_on, offset), range(toUInt32(dateDiff('day', starts_on, ends_on)) + 1)
        )) as date_key,
        min(promotion_id) as promotion_id
    from pairs
    inner join promotions using (source, product_id)
    where isNull(location_id) or location_id = pairs.store_id
    group by source, store_id, product_id, date_key

)

select * from promotion_days_known
