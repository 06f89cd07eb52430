with inventory_by_day as (

    select * from {{ ref('mart_inventory_daily') }}

),

source_days as (

    select source, first_whole_day, last_whole_day from {{ ref('int_source_days_completed') }}

),

stores as (

    select source, store_id, store_name from {{ ref('dim_store') }} where is_current

),

-- The same products, locations and days in both terms: the mart holds tracked pairs only. A day that is not over has no
-- closing stock to average.
inventory_by_month as (

    select
        source,
        store_id,
        category,
        {{ month_start('date_key') }} as month_start_date,
        sum(by_day.cogs_amount) as cogs_amount,
        sum(by_day.cost_tracked_revenue) as cost_tracked_revenue,
        sum(by_day.closing_value) as stock_value_days,
        uniqExact(date_key) as stock_days,
        argMax(by_day.closing_value, date_key) as closing_value,
        sum(by_day.open_minutes) as open_minutes,
        sum(by_day.out_of_stock_minutes) as out_of_stock_minutes
    from inventory_by_day as by_day
    inner join source_days using (source)
    where date_key <= last_whole_day
    group by source, store_id, category, month_start_date

    union all

    -- A source that tells nothing of its stock has its months all the same, and each says so.
    select distinct
        source,
        store_id,
        category,
        toDate32(month_start_date) as month_start_date,
        0, 0, 0, 0, 0, 0, 0
    from {{ ref('mart_category_monthly') }}
    where source not in (select source from inventory_by_day)

)

select
    -- ids
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(category as String) as category,
    cast(month_start_date as Date) as month_start_date,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,
    cast(multiIf(stock_days = 0, 'not tracked', stock_value_days = 0, 'no stock or no cost known', 'tracked') as String)
        as stock_status,

    -- sums over the days of the month
    cast(round(cogs_amount, 2) as Decimal(18, 2)) as cogs_amount,
    cast(round(cost_tracked_revenue, 2) as Decimal(18, 2)) as cost_tracked_revenue,
    cast(round(stock_value_days, 2) as Decimal(18, 2)) as stock_value_days,
    cast(stock_days as Int64) as stock_days,
    cast(open_minutes as Int64) as open_minutes,
    cast(out_of_stock_minutes as Int64) as out_of_stock_minutes,

    -- at the end of the month
    cast(round(closing_value, 2) as Decimal(18, 2)) as closing_stock_value,

    -- ratios of sums; cover before forecasts exist is the closing stock over the month's mean cost of goods sold per
    -- day
    {{ ratio('stock_value_days', 'stock_days') }} as mean_stock_value,
    {{ ratio('toFloat64(cogs_amount) * 365', 'stock_value_days') }} as inventory_turnover,
    {{ ratio('toFloat64(cost_tracked_revenue - cogs_amount) * 365', 'stock_value_days') }} as gmroi,
    {{ ratio('toFloat64(closing_value) * stock_days', 'cogs_amount') }} as estimated_days_of_cover,
    if(open_minutes = 0, 0, 1 - {{ ratio('out_of_stock_minutes', 'open_minutes') }}) as in_stock_rate,

    -- booleans
    cast(stock_value_days > 0 as Bool) as is_turnover_tracked,
    cast(ifNull(
        month_start_date >= first_whole_day and addMonths(month_start_date, 1) <= addDays(last_whole_day, 1), false
    ) as Bool) as is_whole_month
from inventory_by_month
left join stores using (source, store_id)
left join source_days using (source)
