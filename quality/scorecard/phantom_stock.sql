-- Phantom stock
-- The 50 pairs a day whose shelves are the most likely to be empty against the book, on 30 days spread evenly: how
-- many were. "As known that day" takes the silence up to the end of the day, with levels of demand and shares of empty
-- shelves that later weeks helped to estimate; "looking back" also how it ended, counts included. At most as many can
-- be found as there were (the truth), 50 a day: who knew all would be right that often. Naive: the 50 pairs with the longest silence.
-- The first 70 days of a history are left out.

with days_known as (

    select business_date, row_number() over (order by business_date) as number, count() over () as days
    from (
        select distinct business_date
        from truth.stock
        where source = {source:String}
            and business_date >= (select addDays(min(business_date), 70) from truth.demand
                where source = {source:String})
    )

),

days_sampled as (

    select business_date from days_known where intDiv(number * 30, days) != intDiv((number - 1) * 30, days)

),

phantoms as (

    select business_date, location_id as store_id, product_id
    from truth.stock
    where source = {source:String} and book_units > 0 and physical_units <= 0
        and business_date in (select business_date from days_sampled)

),

silences as (

    select
        silences.store_id as store_id, silences.product_id as product_id, stock_store_id, business_date, silent_from,
        ends_at, phantom_probability, empty_rate, expected_units, no_sale_probability
    from intermediate.int_shelf_silences_judged as silences
    inner join (
        select store_id, toDate(date_key) as business_date, ends_at
        from intermediate.int_store_days_opened
        where source = {source:String} and business_date in (select business_date from days_sampled)
    ) as store_days using (store_id)
    where silences.source = {source:String} and silent_from < ends_at and silent_until >= ends_at

),

expected_so_far as (

    select store_id, product_id, silent_from, business_date, sum(days.expected_units) as expected_so_far
    from silences
    inner join intermediate.int_shelf_silence_days_expected as days using (store_id, product_id, silent_from)
    where days.source = {source:String} and days.date_key <= silences.business_date
    group by store_id, product_id, silent_from, business_date

),

-- Units expected and the chance of no sale give the mean purchase.
candidates as (

    select
        store_id, product_id, business_date,
        (stock_store_id, product_id, business_date) in (select store_id, product_id, business_date from phantoms)
            as is_phantom,
        phantom_probability,
        pow(greatest(no_sale_probability, 1e-6), ifNull(expected_so_far, 0) / nullIf(expected_units, 0))
            as no_sale_so_far,
        empty_rate / (empty_rate + (1 - empty_rate) * no_sale_so_far) as probability_then,
        dateDiff('second', silent_from, ends_at) as seconds_silent
    from silences
    left join expected_so_far using (store_id, product_id, silent_from, business_date)

),

turns as (

    select
        *,
        row_number() over (partition by business_date order by probability_then desc, store_id, product_id)
            as turn_then,
        row_number() over (partition by business_date order by phantom_probability desc, store_id, product_id)
            as turn_back,
        row_number() over (partition by business_date order by seconds_silent desc, store_id, product_id) as turn_naive
    from candidates

),

counted as (

    select
        (select sum(least(found, 50)) from (select count() as found from phantoms group by business_date)) as findable,
        countIf(turn_then <= 50) as shown,
        countIf(turn_then <= 50 and is_phantom) as found_then,
        sumIf(probability_then, turn_then <= 50) as promised_then,
        countIf(turn_back <= 50 and is_phantom) as found_back,
        sumIf(phantom_probability, turn_back <= 50) as promised_back,
        countIf(turn_naive <= 50 and is_phantom) as found_naive
    from turns

)

select
    'all' as part,
    'precision of the top 50 a day, as known that day' as measure,
    toFloat64(found_then) as inferred,
    toFloat64(findable) as truth,
    found_then / nullIf(shown, 0) as share,
    found_naive / nullIf(shown, 0) as naive,
    cast(null as Nullable(Float64)) as aim
from counted

union all

select
    'all', 'precision of the top 50 a day, if all were known', findable, findable, findable / nullIf(shown, 0), null,
    null
from counted

union all

select
    'all', 'precision of the top 50 a day, looking back', found_back, findable, found_back / nullIf(shown, 0), null,
    null
from counted

union all

select
    'all', 'found by the top 50 a day, of those there, as known that day',
    found_then, findable, found_then / nullIf(findable, 0), found_naive / nullIf(findable, 0), null
from counted

union all

select
    'all', 'empty shelves promised by the top 50, as known that day',
    promised_then, found_then, found_then / nullIf(promised_then, 0), null, null
from counted
