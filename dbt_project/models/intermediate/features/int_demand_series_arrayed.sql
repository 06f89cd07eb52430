{%- set known_days, days_ahead = 728, 28 -%}
{%- set days = known_days + days_ahead -%}
{{ config(materialized='table', order_by=['source', 'store_id', 'product_id'], tags=['estimated']) }}

-- A series is what is wanted from the stock of one location. Its days lie side by side, number 0 being the first of the
-- window; days to come end it, with what has been announced for them.
with windows as (

    select source, last_whole_day, subtractDays(last_whole_day, {{ known_days - 1 }}) as window_start
    from {{ ref('int_source_days_completed') }}

),

pairs as (

    select source, store_id, product_id, stock_store_id, category from {{ ref('int_selling_pairs_stocked') }}

),

sold as (

    select
        days.source as source, stock_store_id, days.product_id as product_id,
        sumResample(0, {{ days }}, 1)(  -- noqa: LT01
            toDecimal64(units_sold, 6), toUInt16(dateDiff('day', window_start, date_key))
        ) as units,
        countResample(0, {{ days }}, 1)(  -- noqa: LT01
            toUInt16(dateDiff('day', window_start, date_key))
        ) as offered,
        maxResample(0, {{ days }}, 1)(  -- noqa: LT01
            out_of_stock_share, toUInt16(dateDiff('day', window_start, date_key))
        ) as out_of_stock
    from {{ ref('int_demand_days_measured') }} as days
    inner join windows on days.source = windows.source
    inner join pairs
        on days.source = pairs.source and days.store_id = pairs.store_id and days.product_id = pairs.product_id
    where date_key between window_start and last_whole_day
    group by source, stock_store_id, product_id

),

lost as (

    select
        lost.source as source, stock_store_id, lost.product_id as product_id,
        sumResample(0, {{ days }}, 1)(  -- noqa: LT01
            toDecimal64(ifNull(lost.units, 0), 6), toUInt16(dateDiff('day', window_start, date_key))
        ) as units
    from {{ ref('int_lost_sales_estimated') }} as lost
    inner join windows on lost.source = windows.source
    inner join pairs
        on lost.source = pairs.source and lost.store_id = pairs.store_id and lost.product_id = pairs.product_id
    where date_key between window_start and last_whole_day
    group by source, stock_store_id, product_id

),

stock as (

    select
        stock.source as source, store_id as stock_store_id, product_id,
        sumResample(0, {{ days }}, 1)(  -- noqa: LT01
            closing_units, toUInt16(dateDiff('day', window_start, date_key))
        ) as closing
    from {{ ref('fact_inventory') }} as stock
    inner join windows on stock.source = windows.source
    where date_key between window_start and last_whole_day
    group by source, stock_store_id, product_id

),

discounts as (

    select source, promotion_id, product_id, ifNull(toFloat64(discount_rate), 0.) as discount_rate
    from {{ ref('dim_promotion') }}

),

promoted as (

    select
        days.source as source, stock_store_id, days.product_id as product_id,
        countResample(0, {{ days }}, 1)(  -- noqa: LT01
            toUInt16(dateDiff('day', window_start, date_key))
        ) as promoted,
        maxResample(0, {{ days }}, 1)(  -- noqa: LT01
            ifNull(discount_rate, 0.), toUInt16(dateDiff('day', window_start, date_key))
        ) as discounts
    from {{ ref('int_promotion_days_known') }} as days
    inner join windows on days.source = windows.source
    inner join pairs
        on days.source = pairs.source and days.store_id = pairs.store_id and days.product_id = pairs.product_id
    left join discounts
        on days.source = discounts.source and days.promotion_id = discounts.promotion_id
        and days.product_id = discounts.product_id
    where date_key between window_start and addDays(last_whole_day, {{ days_ahead }})
    group by source, stock_store_id, product_id

),

-- 1 on a holiday, 2 if the place is closed then.
holidays as (

    select
        stores.source as source, stores.store_id as stock_store_id,
        maxResample(0, {{ days }}, 1)(  -- noqa: LT01
            toFloat64(1 + is_closed), toUInt16(dateDiff('day', window_start, holiday_date))
        ) as holidays
    from {{ ref('dim_store') }} as stores
    inner join windows on stores.source = windows.source
    inner join {{ ref('int_holidays_settled') }} as days
        on stores.source = days.source and stores.region = days.region
    where is_current and holiday_date between window_start and addDays(last_whole_day, {{ days_ahead }})
    group by source, stock_store_id

),

prices as (

    select
        prices.source as source, prices.store_id as price_store_id, product_id,
        arraySort(groupArray((
            toInt32(dateDiff('day', window_start, toDate32(valid_from))), toFloat64(regular_price)
        ))) as changes
    from {{ ref('int_regular_prices_versioned') }} as prices
    inner join windows on prices.source = windows.source
    where toDate32(valid_from) <= addDays(last_whole_day, {{ days_ahead }})
    group by source, price_store_id, product_id

),

shelf_lives as (

    select source, product_id, toFloat64(ifNull(shelf_life_days, 0)) as shelf_life_days
    from {{ ref('dim_product') }}
    where is_current

),

categories as (

    select source, stock_store_id, product_id, min(category) as category
    from pairs
    group by source, stock_store_id, product_id

),

joined as (

    select
        sold.source as source, sold.stock_store_id as store_id, sold.product_id as product_id,
        category, window_start,
        {% set nothing = 'arrayWithConstant(' ~ days ~ ', 0.)' %}
        if(empty(lost.units), sold.units, arrayMap((some, more) -> some + more, sold.units, lost.units)) as units,
        offered,
        arrayMap(share -> toFloat64(share), out_of_stock) as out_of_stock,
        if(empty(closing), {{ nothing }}, arrayMap(unit -> toFloat64(unit), closing)) as closing,
        if(empty(promoted), {{ nothing }}, arrayMap(day -> toFloat64(day > 0), promoted)) as promoted,
        if(empty(discounts), {{ nothing }}, discounts) as discounts,
        if(empty(holidays), {{ nothing }}, holidays) as holidays,
        if(empty(own_prices.changes), all_prices.changes, own_prices.changes) as price_changes,
        ifNull(shelf_life_days, 0.) as shelf_life_days
    from sold
    inner join windows on sold.source = windows.source
    inner join categories
        on sold.source = categories.source and sold.stock_store_id = categories.stock_store_id
        and sold.product_id = categories.product_id
    left join lost
        on sold.source = lost.source and sold.stock_store_id = lost.stock_store_id
        and sold.product_id = lost.product_id
    left join stock
        on sold.source = stock.source and sold.stock_store_id = stock.stock_store_id
        and sold.product_id = stock.product_id
    left join promoted
        on sold.source = promoted.source and sold.stock_store_id = promoted.stock_store_id
        and sold.product_id = promoted.product_id
    left join holidays on sold.source = holidays.source and sold.stock_store_id = holidays.stock_store_id
    left join prices as own_prices
        on sold.source = own_prices.source and sold.stock_store_id = own_prices.price_store_id
        and sold.product_id = own_prices.product_id
    left join prices as all_prices
        on sold.source = all_prices.source and all_prices.price_store_id = ''
        and sold.product_id = all_prices.product_id
    left join shelf_lives on sold.source = shelf_lives.source and sold.product_id = shelf_lives.product_id

),

demand_series_arrayed as (

    select
        source, store_id, product_id, category, window_start,
        toUInt16({{ known_days }}) as known_days,
        shelf_life_days, units, offered, out_of_stock, closing, promoted, discounts,
        -- The price in force on each day: the last change that is not later.
        arrayMap(
            day -> ifNull(tupleElement(arrayLast(change -> change.1 <= day, price_changes), 2), 0.), range({{ days }})
        ) as prices,
        holidays
    from joined

)

select * from demand_series_arrayed
