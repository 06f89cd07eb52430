{%- set base_days, after_days, fewest_days = 56, 14, 14 -%}
{{ config(order_by=['source', 'promotion_id', 'product_id', 'store_id', 'currency']) }}

-- Days are expanded per promotion and store only (some eighty each); sales are summed by day before anything is joined.

with source_days as (

    select * from {{ ref('int_source_days_completed') }}

),

promotions as (

    select
        source, promotion_key, promotion_id, product_id, store_id as only_store_id,
        assumeNotNull(starts_on) as starts_on, assumeNotNull(ends_on) as ends_on
    from {{ ref('dim_promotion') }} as known
    where isNotNull(known.starts_on)

),

categories as (

    select source, product_id, category from {{ ref('dim_product') }} where is_current and source != ''

),

-- Days of products and of categories are joined by hash: five ids in a key cost three times as much.
sales as (

    select
        source, store_id, currency, product_id, date_key,
        ifNull(category, 'not stated') as category,
        units_sold, net_revenue, cost_tracked_revenue, cogs_amount,
        {{ surrogate_key(['source', 'store_id', 'currency', 'product_id', 'date_key']) }} as product_day,
        {{ surrogate_key(['source', 'store_id', 'currency', 'category', 'date_key']) }} as category_day
    from {{ ref('mart_sales_daily') }}
    left join categories using (source, product_id)
    where sale_lines + return_lines > 0

),

pairs as (

    select
        source, store_id, currency, product_id, first_sold_on,
        ifNull(category, 'not stated') as category,
        units_sold as own_weight,
        sum(own_weight) over (partition by source, store_id, currency, category) as category_weight
    from {{ ref('mart_products_at_stores') }}
    left join categories using (source, product_id)

),

promotions_at_stores as (

    select
        source, promotion_key, promotion_id, product_id, starts_on, ends_on,
        store_id, currency, category, first_sold_on, own_weight, category_weight, last_whole_day
    from promotions
    inner join pairs using (source, product_id)
    inner join source_days using (source)
    where starts_on <= last_whole_day and ifNull(only_store_id = store_id, true)

),

promoted_days as materialized (

    select distinct
        own_weight,
        {{ surrogate_key(['source', 'store_id', 'currency', 'product_id', 'date_key']) }} as product_day,
        {{ surrogate_key(['source', 'store_id', 'currency', 'category', 'date_key']) }} as category_day
    from promotions_at_stores
    array join arrayMap(
        day -> addDays(starts_on, day), range(toUInt32(dateDiff('day', starts_on, ends_on) + 1))
    ) as date_key

),

products_by_day as (

    select
        product_day,
        sum(sales.units_sold) as units,
        sum(sales.net_revenue) as net_revenue,
        sum(sales.cost_tracked_revenue) as cost_tracked_revenue,
        sum(sales.cogs_amount) as cogs_amount
    from sales
    group by product_day

),

categories_by_day as (

    select category_day, sum(units_sold) as unpromoted_units
    from sales
    where product_day not in (select product_day from promoted_days)
    group by category_day

),

categories_promoted as (

    select category_day, count() as promoted_products, sum(own_weight) as promoted_weight
    from promoted_days
    group by category_day

),

days_watched as (

    select
        source, promotion_key, promotion_id, product_id, starts_on, ends_on,
        store_id, currency, category, own_weight, category_weight, last_whole_day,
        date_key,
        {{ surrogate_key(['source', 'store_id', 'currency', 'product_id', 'date_key']) }} as product_day,
        {{ surrogate_key(['source', 'store_id', 'currency', 'category', 'date_key']) }} as category_day,
        toDayOfWeek(date_key) as weekday,
        multiIf(date_key < starts_on, 'before', date_key <= ends_on, 'during', 'after') as phase
    from promotions_at_stores
    array join arrayMap(
        day -> addDays(starts_on, day - {{ base_days }}),
        range(toUInt32(dateDiff('day', starts_on, ends_on) + 1 + {{ base_days + after_days }}))
    ) as date_key
    where date_key >= first_sold_on and date_key <= last_whole_day

),

-- The days before and after count where no other promotion of the product ran.
days_open as (

    select * from days_watched
    where (source, store_id, date_key) in (
            select source, store_id, date_key from {{ ref('int_store_days_opened') }} where is_open
        )
        and (phase = 'during' or product_day not in (select product_day from promoted_days))

),

days_sold as (

    select
        source, promotion_key, promotion_id, product_id, starts_on, ends_on,
        store_id, currency, category, last_whole_day, weekday, phase,
        ifNull(sold.units, 0) as units,
        ifNull(sold.net_revenue, 0) as net_revenue,
        ifNull(sold.cost_tracked_revenue, 0) as cost_tracked_revenue,
        ifNull(sold.cogs_amount, 0) as cogs_amount,
        -- The category without the product and without what else is promoted. Promotions of one category that run side
        -- by side share what the others lose.
        if(phase = 'during', ifNull(promoted_products, 1), 1) as sharers,
        toDecimal128(ifNull(unpromoted_units, 0) - if(phase = 'during', 0, units), 6) / sharers as other_units,
        toDecimal128(
            category_weight - ifNull(promoted_weight, 0) - if(phase = 'during', 0, own_weight), 6
        ) / sharers as other_weight
    from days_open
    left join products_by_day as sold using (product_day)
    left join categories_by_day using (category_day)
    left join categories_promoted using (category_day)

),

weekdays as (

    select
        source, promotion_key, promotion_id, product_id, store_id, currency, category, starts_on, ends_on,
        last_whole_day, weekday,
        {% for phase in ['before', 'during', 'after'] %}
        countIf(phase = '{{ phase }}') as days_{{ phase }},
        sumIf(days_sold.units, phase = '{{ phase }}') as units_{{ phase }},
        sumIf(days_sold.net_revenue, phase = '{{ phase }}') as net_{{ phase }},
        sumIf(days_sold.cost_tracked_revenue, phase = '{{ phase }}') as tracked_{{ phase }},
        sumIf(days_sold.cogs_amount, phase = '{{ phase }}') as cogs_{{ phase }},
        sumIf(days_sold.other_units, phase = '{{ phase }}') as other_units_{{ phase }},
        sumIf(days_sold.other_weight, phase = '{{ phase }}') as other_weight_{{ phase }}{{ ',' if not loop.last }}
        {% endfor %}
    from days_sold
    group by
        source, promotion_key, promotion_id, product_id, store_id, currency, category, starts_on, ends_on,
        last_whole_day, weekday

),

-- A weekday without a clean day before takes the mean of all clean days.
promotions_summed as (

    select
        source, promotion_key, promotion_id, product_id, store_id, currency, category, starts_on, ends_on,
        last_whole_day,
        {% for phase in ['before', 'during', 'after'] %}
        sum(weekdays.days_{{ phase }}) as days_{{ phase }},
        sum(weekdays.units_{{ phase }}) as units_{{ phase }},
        sum(weekdays.net_{{ phase }}) as net_{{ phase }},
        sum(weekdays.tracked_{{ phase }}) as tracked_{{ phase }},
        sum(weekdays.cogs_{{ phase }}) as cogs_{{ phase }},
        {% endfor %}
        sum(weekdays.other_units_during) as other_units_during,
        days_before >= {{ fewest_days }} as is_estimated,
        {% for phase in ['during', 'after'] %}
        sum(ifNull(
            toDecimal128(weekdays.units_before, 6) * weekdays.days_{{ phase }} / nullIf(weekdays.days_before, 0), 0
        )) + ifNull(
            toDecimal128(units_before, 6) * sumIf(weekdays.days_{{ phase }}, weekdays.days_before = 0)
                / nullIf(days_before, 0), 0
        ) as expected_{{ phase }},
        {% endfor %}
        sum(ifNull(
            toDecimal128(weekdays.other_weight_during, 6) * weekdays.other_units_before
                / nullIf(weekdays.other_weight_before, 0), 0
        )) + ifNull(
            toDecimal128(sumIf(weekdays.other_weight_during, weekdays.other_weight_before = 0), 6)
                * sum(weekdays.other_units_before) / nullIf(sum(weekdays.other_weight_before), 0), 0
        ) as other_units_expected
    from weekdays
    group by
        source, promotion_key, promotion_id, product_id, store_id, currency, category, starts_on, ends_on,
        last_whole_day
    having days_during > 0

),

discounts as (

    select
        source,
        assumeNotNull(lines.promotion_id) as promotion_id,
        product_id,
        store_id,
        currency,
        sum(lines.quantity) as promoted_units,
        sum(lines.discount_amount + round(
            toDecimal128(lines.quantity, 3) * greatest(ifNull(lines.regular_price,
                lines.unit_price) - lines.unit_price, 0), 4
        )) as discount_amount
    from {{ ref('fact_sales') }} as lines
    where isNotNull(lines.promotion_id) and event_type = 'sale' and line_type = 'merchandise'
    group by source, promotion_id, product_id, store_id, currency

),

estimates as (

    select
        promotions_summed.*,
        ifNull(discounts.promoted_units, 0) as promoted_units,
        ifNull(discounts.discount_amount, 0) as discount_amount,
        if(is_estimated, cast(expected_during as Decimal(18, 3)), null) as expected_units,
        units_during - expected_units as uplift_units,
        if(is_estimated, cast(units_after - expected_after as Decimal(18, 3)), null) as after_units,
        if(is_estimated, cast(other_units_during - other_units_expected as Decimal(18, 3)), null) as other_units,
        tracked_during - cogs_during as margin,
        if(
            is_estimated and units_before > 0,
            cast(
                margin - toDecimal128(expected_during, 3) * (tracked_before - cogs_before) / nullIf(units_before, 0)
                as Nullable(Decimal(18, 4))
            ),
            null
        ) as uplift_margin
    from promotions_summed
    left join discounts using (source, promotion_id, product_id, store_id, currency)

)

select
    -- keys of the dimensions
    promotion_key,

    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(promotion_id as LowCardinality(String)) as promotion_id,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(store_id as LowCardinality(String)) as store_id,

    -- strings
    cast(currency as LowCardinality(String)) as currency,
    cast(category as LowCardinality(String)) as category,

    -- days that are over and on which the store was open
    cast(days_before as Int32) as clean_days_before,
    cast(days_during as Int32) as days_promoted,
    cast(days_after as Int32) as days_after,

    -- what was sold
    cast(units_before as Decimal(18, 3)) as units_before,
    cast(units_during as Decimal(18, 3)) as units_sold,
    cast(promoted_units as Decimal(18, 3)) as promoted_units,
    cast(units_after as Decimal(18, 3)) as units_after,
    cast(net_during as Decimal(18, 4)) as net_revenue,
    cast(discount_amount as Decimal(18, 4)) as discount_amount,
    cast(tracked_during as Decimal(18, 4)) as cost_tracked_revenue,
    cast(cogs_during as Decimal(18, 4)) as cogs_amount,

    -- what is inferred
    cast(expected_units as Nullable(Decimal(18, 3))) as estimated_base_units,
    cast(uplift_units as Nullable(Decimal(18, 3))) as estimated_uplift_units,
    cast(after_units as Nullable(Decimal(18, 3))) as estimated_after_units,
    cast(other_units as Nullable(Decimal(18, 3))) as estimated_other_units,
    cast(uplift_units + after_units + other_units as Nullable(Decimal(18, 3))) as estimated_net_uplift_units,
    cast(uplift_margin as Nullable(Decimal(18, 4))) as estimated_uplift_margin,

    -- booleans
    cast(addDays(ends_on, {{ after_days }}) <= last_whole_day as Bool) as is_complete,

    -- dates
    starts_on,
    ends_on
from estimates
