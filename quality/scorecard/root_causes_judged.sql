-- Shared by the grades of causes: a row per day, location and product that lost a sale in truth, with both causes.

with days as (

    select store_id, toDate(date_key) as business_date, starts_at, ends_at
    from intermediate.int_store_days_opened
    where source = {source:String}

),

true_days as (

    select location_id as store_id, product_id, starts_at, ends_at, lost_units,
        replaceAll(toString(root_cause), '_', ' ') as true_cause
    from truth.stock_outs
    inner join days on truth.stock_outs.location_id = days.store_id
        and truth.stock_outs.business_date = days.business_date
    where source = {source:String}
        and business_date >= (select addDays(min(business_date), 70) from truth.demand where source = {source:String})

),

episodes as (

    select
        toString(store_id) as store_id, toString(product_id) as product_id, started_at,
        ifNull(toNullable(ended_at), toDateTime64('2283-01-01', 3, 'UTC')) as ended_at,
        replaceAll(toString(root_cause), '_', ' ') as inferred_cause
    from kpi.mart_stockouts
    where source = {source:String}

),

-- The last episode that had begun by the end of the day, if it reached into it.
judged as (

    select
        true_cause, lost_units,
        if(isNotNull(episodes.ended_at) and episodes.ended_at > true_days.starts_at, inferred_cause, 'not found')
            as inferred_cause
    from true_days
    asof left join episodes
        on true_days.store_id = episodes.store_id and true_days.product_id = episodes.product_id
        and true_days.ends_at > episodes.started_at

)
