{#- Units lost that a category's own counts are weighed against: few, for some goods are stolen ten times as often. -#}
{%- set prior_units = 1 -%}
{%- set prior_units_of_kind = 5 -%}
{{ config(order_by=['source', 'month_start_date', 'store_id', 'product_id'], tags=['estimated']) }}

-- What disappears unseen follows what passes through people's hands. So the losses that counts found are taken per
-- unit that left the shelf, by category and kind of location, over the counts of twelve months up to the month: what
-- could be known then.

with counts as (

    select
        source, store_id, product_id, date_key as counted_on,
        count() as counts,
        sum(-correction_units) as loss_units,
        max(scope != 'spot') as is_planned
    from {{ ref('fact_stock_counts') }}
    -- What the first count of a pair finds is not lost: there was no book before it.
    where not is_initial
    group by source, store_id, product_id, counted_on

),

stock as (

    select
        source, store_id, product_id, date_key, unit_cost,
        {{ month_start('date_key') }} as month_start_date,
        -(sold_units + transferred_out_units) as passed_units
    from {{ ref('fact_inventory') }}

),

products as (

    select source, product_id, category from {{ ref('dim_product') }} where is_current

),

stores as (

    select source, store_id, store_type from {{ ref('dim_store') }} where is_current

),

pairs as (

    select
        source, store_id, product_id, month_start_date, category, store_type,
        stock_by_month.passed_units as passed_units, stock_by_month.unit_cost as unit_cost
    from (
        select
            source, store_id, product_id, month_start_date,
            sum(stock.passed_units) as passed_units,
            argMax(stock.unit_cost, date_key) as unit_cost
        from stock
        group by source, store_id, product_id, month_start_date
    ) as stock_by_month
    inner join products using (source, product_id)
    inner join stores using (source, store_id)

),

counts_by_month as (

    select
        source, store_id, product_id, {{ month_start('counted_on') }} as month_start_date,
        sum(counts.counts) as counts,
        sum(counts.loss_units) as loss_units
    from counts
    group by source, store_id, product_id, month_start_date

),

-- A count out of suspicion ends a stretch because something was lost: what it finds is laid to the next planned count,
-- so that stretches are no likelier to end with a loss than without.
planned_counts as (

    select source, store_id, product_id, counted_on from counts where is_planned

),

-- What passed and what was found missing up to a planned count.
stretches as (

    select
        changes.source as source, changes.store_id as store_id, changes.product_id as product_id,
        {{ month_start('counted_on') }} as month_counted,
        sum(changes.passed_units) as passed_units,
        sum(changes.loss_units) as loss_units
    from (
        select source, store_id, product_id, date_key, stock.passed_units as passed_units, 0 as loss_units
        from stock
        where stock.passed_units != 0
        union all
        select source, store_id, product_id, counted_on, 0, counts.loss_units
        from counts
        where counts.loss_units != 0
    ) as changes
    asof join planned_counts
        on changes.source = planned_counts.source and changes.store_id = planned_counts.store_id
        and changes.product_id = planned_counts.product_id and changes.date_key <= planned_counts.counted_on
    group by source, store_id, product_id, month_counted

),

stretches_typed as (

    select
        source, store_type, category, month_counted,
        stretches.loss_units as loss_units, stretches.passed_units as passed_units
    from stretches
    inner join products using (source, product_id)
    inner join stores using (source, store_id)

),

categories_counted as materialized (

    select
        source, store_type, category,
        addMonths(month_counted, months_later) as month_start_date,
        toFloat64(sum(stretches_typed.loss_units)) as category_loss_units,
        toFloat64(sum(stretches_typed.passed_units)) as category_passed_units
    from stretches_typed
    array join range(12) as months_later
    group by source, store_type, category, month_start_date

),

kinds_counted as (

    select
        source, store_type, month_start_date,
        sum(category_loss_units) / sum(category_passed_units) as kind_rate
    from categories_counted
    group by source, store_type, month_start_date
    having sum(category_passed_units) > 0 and kind_rate > 0

),

-- How much more often than others a category is lost, wherever it lies; drawn to 1 where little was counted.
category_factors as (

    select
        source, category, month_start_date,
        greatest(sum(category_loss_units) + {{ prior_units }}, 0)
            / (sum(category_passed_units * kind_rate) + {{ prior_units }}) as factor
    from categories_counted
    inner join kinds_counted using (source, store_type, month_start_date)
    group by source, category, month_start_date

),

-- Drawn to what the category's factor lets expect at this kind of location.
rates as (

    select
        source, store_type, category, month_start_date,
        greatest(category_loss_units + {{ prior_units_of_kind }}, 0) * kind_rate * factor
            / (category_passed_units * kind_rate * factor + {{ prior_units_of_kind }}) as category_rate
    from categories_counted
    inner join kinds_counted using (source, store_type, month_start_date)
    inner join category_factors using (source, category, month_start_date)

),

pairs_rated as (

    select
        source, store_id, product_id, month_start_date,
        pairs.passed_units as passed_units, pairs.unit_cost as unit_cost,
        round(ifNull(category_rate, kind_rate), 9) as loss_rate,
        toDecimal128(round(toFloat64(pairs.passed_units) * loss_rate, 6), 6) as estimated_loss_units
    from pairs
    left join kinds_counted using (source, store_type, month_start_date)
    left join rates using (source, store_type, category, month_start_date)

)

select
    -- ids
    month_start_date,
    source,
    cast(store_id as LowCardinality(String)) as store_id,
    product_id,

    -- what left the shelf, and what was counted
    cast(pairs_rated.passed_units as Decimal(18, 3)) as passed_units,
    cast(ifNull(counts_by_month.counts, 0) as Int64) as counts,
    cast(ifNull(counts_by_month.loss_units, 0) as Decimal(18, 3)) as counted_loss_units,

    -- estimates
    cast(loss_rate as Nullable(Float64)) as estimated_loss_rate,
    cast(pairs_rated.estimated_loss_units as Nullable(Decimal(18, 6))) as estimated_loss_units,
    cast(round(pairs_rated.estimated_loss_units * pairs_rated.unit_cost, 4) as Nullable(Decimal(18, 4)))
        as estimated_loss_amount
from pairs_rated
left join counts_by_month using (source, store_id, product_id, month_start_date)
