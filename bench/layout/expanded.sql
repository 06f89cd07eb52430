-- The intervals as the daily table would show them.
create or replace view core.bench_stock_expanded
as
with days_held as (

    select held.*, offset, addDays(valid_from, offset) as date_key
    from core.bench_stock_intervals as held
    inner join (
        select source, store_id, max(date_key) as last_day
        from intermediate.int_store_days_opened
        group by source, store_id
    ) as last_days using (source, store_id)
    array join range(toUInt32(dateDiff('day', valid_from, least(valid_to, addDays(last_day, 1))))) as offset

),

store_days as (

    select source, store_id, date_key, is_open, open_minutes as store_minutes from intermediate.int_store_days_opened

)

select
    source, store_id, product_id, date_key, product_key, closing_units, closing_value,
    if(offset = 0, sold_units, 0) as sold_units,
    if(is_open and is_offered, store_minutes, 0) as open_minutes,
    multiIf(offset = 0, out_of_stock_minutes, closing_units <= 0, open_minutes, 0) as out_of_stock_minutes
from days_held
inner join store_days using (source, store_id, date_key)
