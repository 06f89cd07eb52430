-- Stock alerts
-- A true stock-out: the shelf (the movements that events report, and the hidden ones) comes to nothing. It is warned of
-- if an alert of low stock or rapid depletion of that product and location was open just before. An alarm comes true
-- if the shelf is empty within two days of it; a stock-out alert is right if the shelf is empty when it opens. Only
-- episodes and stock-outs of the days that the stream has followed, its first two left out; places that sell.
-- Naive: a warning where the evening's book was below two days of mean sales of four weeks.

with days_followed as (

    select min(opened_at) + toIntervalDay(2) as first_at, max(greatest(opened_at, ifNull(resolved_at, opened_at)))
        as last_at
    from realtime.realtime_inventory_alerts
    where source = {source:String}

),

places as (

    select distinct store_id as location_id from truth.demand where source = {source:String}

),

episodes as (

    select
        toString(store_id) as location_id, toString(product_id) as product_id, toString(cause) as cause, opened_at,
        argMax(resolved_at, (written_at, isNotNull(resolved_at))) as closed_at
    from realtime.realtime_inventory_alerts
    where source = {source:String} and store_id in (select location_id from places)
    group by location_id, product_id, cause, opened_at

),

moves as (

    select toString(store_id) as location_id, toString(product_id) as product_id, moved_at, toFloat64(units) as units
    from core.fact_inventory_movements
    where source = {source:String} and movement_type != 'count_correction'

    union all

    select toString(location_id), toString(product_id), moved_at, toFloat64(quantity)
    from truth.hidden_movements
    where source = {source:String}

),

shelves as (

    select
        location_id, product_id, moved_at,
        sum(units) over (
            partition by location_id, product_id order by moved_at, units desc rows between unbounded preceding and
                current row
        ) as on_shelf,
        on_shelf - units as on_shelf_before
    from moves
    where location_id in (select location_id from places)

),

stock_outs as (

    select location_id, product_id, moved_at as emptied_at
    from shelves
    where on_shelf <= 0 and on_shelf_before > 0
        and moved_at between (select first_at from days_followed) and (select last_at from days_followed)

),

-- Each stretch of a shelf that is empty or not, up to the next movement.
stretches as (

    select
        location_id, product_id, moved_at as since, on_shelf <= 0 as is_empty
    from shelves

),

warned as (

    select
        location_id, product_id, emptied_at, warning,
        maxIf(
            dateDiff('minute', opened_at, emptied_at),
            opened_at < emptied_at and ifNull(closed_at >= emptied_at, true)
                and (warning = cause or (warning = 'all' and cause in ('low_stock', 'rapid_depletion')))
        ) as minutes
    from stock_outs
    left join episodes using (location_id, product_id)
    array join ['all', 'low_stock', 'rapid_depletion'] as warning
    group by location_id, product_id, emptied_at, warning

),

naive_warned as (

    select countIf(book_units < 2 * sold_per_day) as warned, count() as all
    from stock_outs
    inner join (
        select
            toString(stock.location_id) as location_id, toString(stock.product_id) as product_id,
            stock.business_date as evening, book_units,
            ifNull(avg(sold_units) over (
                partition by stock.location_id, stock.product_id order by stock.business_date rows between 27 preceding
                    and current row
            ), 0) as sold_per_day
        from truth.stock as stock
        left join truth.demand as demand
            on stock.location_id = demand.store_id and stock.product_id = demand.product_id
            and stock.business_date = demand.business_date and demand.source = {source:String}
        where stock.source = {source:String}
    ) as evenings
        on stock_outs.location_id = evenings.location_id and stock_outs.product_id = evenings.product_id
        and toDate(emptied_at) - 1 = evening

),

alarms as (

    select
        cause, opened_at,
        countIf(emptied_at between opened_at and opened_at + toIntervalDay(2)) > 0 as came_true,
        argMaxIf(is_empty, (since, is_empty), since <= opened_at) as was_empty
    from episodes
    left join stock_outs using (location_id, product_id)
    left join stretches using (location_id, product_id)
    where cause in ('low_stock', 'rapid_depletion', 'stock_out')
        and opened_at between (select first_at from days_followed) and (select last_at - toIntervalDay(2) from days_followed)
    group by location_id, product_id, cause, opened_at

),

store_weeks as (

    select
        (select count() from places) * dateDiff('day', first_at, last_at - toIntervalDay(2)) / 7 as weeks
    from days_followed

)

select
    warning as part,
    'true stock-outs warned of before' as measure,
    toFloat64(countIf(minutes > 0)) as inferred,
    toFloat64(count()) as truth,
    inferred / nullIf(truth, 0) as share,
    if(warning = 'all', (select warned / nullIf(all, 0) from naive_warned), null) as naive
from warned
group by warning

union all

select
    warning, 'minutes of warning, median of those', toFloat64(quantileExactIf(0.5)(minutes, minutes > 0)), null, null,
    null
from warned
group by warning

union all

select
    cause, if(cause = 'stock_out', 'alarms at an empty shelf', 'alarms that came true within two days'),
    toFloat64(countIf(if(cause = 'stock_out', was_empty, came_true))) as right_ones,
    toFloat64(count()) as alarms,
    right_ones / nullIf(alarms, 0), null
from alarms
group by cause

union all

select
    cause, 'false alarms per store and week',
    countIf(not if(cause = 'stock_out', was_empty, came_true)) / (select weeks from store_weeks),
    null, null, null
from alarms
group by cause
