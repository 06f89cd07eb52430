with patterns as (

    select * from {{ ref('mart_seasonal_patterns') }}

),

stores as (

    select source, store_id, store_name from {{ ref('dim_store') }} where is_current and source != ''

),

slots_named as (

    select
        *,
        multiIf(pattern = 'weekday', slot, pattern = 'weekday and hour', intDiv(slot, 100), 0) as weekday,
        if(pattern = 'month', slot, 0) as month,
        if(pattern = 'weekday and hour', slot % 100, -1) as hour,
        ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][weekday] as weekday_name,
        [
            'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
                'November',
            'December'
        ][month] as month_name
    from patterns
    left join stores using (source, store_id)

)

select
    -- ids
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(store_id as String) as store_id,
    cast(category as String) as category,
    cast(pattern as String) as pattern,
    cast(slot as Int64) as slot,

    -- strings
    cast(ifNull(store_name, store_id) as String) as store_name,
    cast(currency as String) as currency,
    cast(multiIf(
        pattern = 'weekday', weekday_name,
        pattern = 'month', month_name,
        concat(weekday_name, ' ', leftPad(toString(hour), 2, '0'), ':00')
    ) as String) as slot_name,

    -- parts of the slot
    cast(weekday as Int64) as iso_weekday,
    cast(month as Int64) as month,
    cast(hour as Int64) as local_hour,

    -- measures
    cast(days as Int64) as days_open,
    cast(transactions as Int64) as transactions,
    cast(units_sold as Decimal(18, 3)) as units_sold,
    cast(round(sales_amount, 2) as Decimal(18, 2)) as sales_amount,
    cast(all_days as Int64) as days_open_all_slots,
    cast(round(all_sales_amount, 2) as Decimal(18, 2)) as sales_amount_all_slots,

    -- ratios of sums
    {{ ratio('sales_amount', 'days') }} as sales_per_day,
    {{ ratio('transactions', 'days') }} as transactions_per_day,
    {{ ratio('toFloat64(sales_amount) * all_days', 'toFloat64(all_sales_amount) * days') }} as seasonal_index
from slots_named
