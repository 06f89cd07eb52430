{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'date_key']) }}

with promotions as (

    select source, promotion_id, product_id, store_id as only_store_id, starts_on, ends_on
    from {{ ref('dim_promotion') }}
    where isNotNull(starts_on)

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
            offset -> addDays(assumeNotNull(starts_on), offset),
            range(toUInt32(assumeNotNull(dateDiff('day', starts_on, ends_on))) + 1)
        )) as date_key,
        min(promotion_id) as promotion_id
    from pairs
    inner join promotions using (source, product_id)
    where isNull(only_store_id) or only_store_id = pairs.store_id
    group by source, store_id, product_id, date_key

)

select * from promotion_days_known
