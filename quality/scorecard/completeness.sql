-- Completeness
-- Store days of which no ticket ever arrives (put in by the simulator), against the days that do not match their
-- control totals. Scored: days missed and days accused for nothing, as a share of all store days. The last 16 days are
-- left out: what is late may not have come yet.

with settled as (

    select subtractDays(max(business_date), 16) as last_day from truth.demand where source = {source:String}

),

missing as (

    select distinct location_id as store_id, business_date as date_key
    from truth.injected_faults
    where source = {source:String} and fault = 'missing_day' and business_date <= (select last_day from settled)

),

days as (

    select
        store_id, toDate(date_key) as day, not is_complete as is_found,
        (store_id, day) in (select store_id, date_key from missing) as is_missing
    from monitoring.completeness
    where source = {source:String} and date_key <= (select last_day from settled)

)

select
    'all' as part,
    'incomplete store days' as measure,
    toFloat64(countIf(is_found)) as inferred,
    toFloat64(countIf(is_missing)) as truth,
    countIf(is_found != is_missing) / nullIf(count(), 0) as relative_error,
    cast(null as Nullable(Float64)) as naive,
    cast(0 as Nullable(Float64)) as aim
from days

union all

select 'found and missing in truth', 'store days', countIf(is_found and is_missing), countIf(is_missing), null, null,
null
from days

union all

select 'all', 'store days compared', count(), count(), null, null, null
from days
