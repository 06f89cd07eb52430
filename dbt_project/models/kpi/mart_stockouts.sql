{{ config(order_by=['source', 'store_id', 'started_at', 'product_id'], tags=['estimated']) }}

with episodes as (

    select * from {{ ref('int_stock_outs_explained') }}

),

pairs as (

    select source, store_id, product_id, stock_store_id, category from {{ ref('int_selling_pairs_stocked') }}

),

store_days as (

    select source, store_id, date_key, ends_at from {{ ref('int_store_days_opened') }}

),

lost as (

    select
        pairs.source as source,
        pairs.stock_store_id as store_id,
        pairs.product_id as product_id,
        lost_days.date_key as date_key,
        if(cause = 'phantom', 'phantom', 'no_stock') as kind,
        sum(lost_days.estimated_lost_units) as units,
        sum(lost_days.estimated_lost_amount) as amount,
        sum(lost_days.estimated_lost_margin) as margin
    from {{ ref('mart_lost_sales_daily') }} as lost_days
    inner join pairs using (source, store_id, product_id)
    group by source, store_id, product_id, date_key, kind

),

minutes as (

    select source, store_id, product_id, date_key, 'no_stock' as kind, toInt64(out_of_stock_minutes) as out_minutes
    from {{ ref('fact_inventory') }}
    where out_of_stock_minutes > 0

),

days_of_loss as (

    select
        days.source as source, days.store_id as store_id, product_id, kind, ends_at,
        units, amount, margin, out_minutes
    from (
        select source, store_id, product_id, date_key, kind, lost.units as units, lost.amount as amount,
            lost.margin as margin, 0 as out_minutes
        from lost
        union all
        select source, store_id, product_id, date_key, kind, 0, 0, 0, out_minutes from minutes
    ) as days
    inner join store_days using (source, store_id, date_key)

),

-- A day's loss goes to the last episode that had begun by its end.
losses_of_episodes as (

    select
        episodes.source as source,
        episodes.store_id as store_id,
        episodes.product_id as product_id,
        episodes.kind as kind,
        episodes.started_at as started_at,
        sum(days_of_loss.units) as units,
        sum(days_of_loss.amount) as amount,
        sum(days_of_loss.margin) as margin,
        sum(days_of_loss.out_minutes) as out_minutes
    from days_of_loss
    asof join episodes
        on days_of_loss.source = episodes.source and days_of_loss.store_id = episodes.store_id
        and days_of_loss.product_id = episodes.product_id and days_of_loss.kind = episodes.kind
        and days_of_loss.ends_at > episodes.started_at
    where days_of_loss.ends_at <= addDays(episodes.ended_at, 1)
    group by source, store_id, product_id, kind, started_at

),

categories as (

    select source, stock_store_id as store_id, product_id, min(category) as category
    from pairs
    group by source, store_id, product_id

),

stockouts as (

    select
        episodes.source as source,
        episodes.store_id as store_id,
        episodes.product_id as product_id,
        episodes.kind as kind,
        episodes.started_at as started_at,
        episodes.ended_at as ended_at,
        first_day, root_cause, is_ongoing, category, out_minutes, units, amount, margin
    from episodes
    left join losses_of_episodes
        on episodes.source = losses_of_episodes.source and episodes.store_id = losses_of_episodes.store_id
        and episodes.product_id = losses_of_episodes.product_id and episodes.kind = losses_of_episodes.kind
        and episodes.started_at = losses_of_episodes.started_at
    left join categories
        on episodes.source = categories.source and episodes.store_id = categories.store_id
        and episodes.product_id = categories.product_id

)

select
    -- keys of the dimensions
    first_day as date_key,

    -- ids
    source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,

    -- strings
    cast(ifNull(category, 'not stated') as LowCardinality(String)) as category,
    cast(kind as LowCardinality(String)) as kind,
    cast(root_cause as LowCardinality(String)) as root_cause,

    -- booleans
    cast(is_ongoing as Bool) as is_ongoing,

    -- durations
    cast(dateDiff('minute', started_at, ended_at) as Int64) as duration_minutes,
    cast(ifNull(out_minutes, 0) as Int64) as open_minutes_without_stock,

    -- estimates
    cast(ifNull(units, 0) as Decimal(18, 6)) as estimated_lost_units,
    cast(amount as Nullable(Decimal(18, 4))) as estimated_lost_amount,
    cast(margin as Nullable(Decimal(18, 4))) as estimated_lost_margin,

    -- timestamps
    started_at,
    ended_at
from stockouts
