{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'silent_from']) }}

-- How likely the shelf was empty. A shelf with goods stays silent by a probability that falls with the purchases
-- expected (`int_shelf_silence_days_expected`), an empty one always; how many are empty to begin with, at each book,
-- the counts say that nobody asked for because of a suspicion, and how much more often in this category and in depots.
-- Bayes' rule does the rest.

{%- set prior_shelves = 3 %}

with silences as (

    select * from {{ ref('int_shelf_silences_found') }}

),

expected as (

    select
        source, store_id, product_id, silent_from,
        min(category) as category, {{ exact_sum('days.expected_units') }} as expected_units,
        -- The level is known from so many purchases only: the gamma mean over what it may be.
        max(days.purchases_of_level) as purchases_known,
        purchases_known * log1p({{ exact_sum('days.surprise') }} / purchases_known) as surprise
    from {{ ref('int_shelf_silence_days_expected') }} as days
    group by source, store_id, product_id, silent_from

),

silences_measured as materialized (

    select
        silences.source as source,
        silences.store_id as store_id,
        silences.product_id as product_id,
        stock_store_id,
        stock_store_id != store_id as is_of_depot,
        expected.category as category,
        silences.silent_from as silent_from,
        silent_from_day, silent_until, ended_by, book_units, counted_units, count_scope, last_sold_units,
        expected.expected_units as expected_units,
        sizes, shares, surprise,
        {{ book_class('book_units') }} as book_class
    from silences
    inner join expected using (source, store_id, product_id, silent_from)
    inner join {{ ref('int_purchase_sizes_estimated') }} as sizes using (source, category)

),

counted as (

    select
        source, book_class,
        countIf(counted_units = 0) as found_empty,
        arraySort(groupArray(surprise)) as surprises
    from silences_measured
    where ended_by = 'count' and count_scope != 'spot'
    group by source, book_class

),

-- The share for which as many shelves as were found empty are to be expected empty (the EM algorithm of Dempster, Laird
-- and Rubin, 1977); where few were counted, it starts from one in a thousand.
rates as (

    select
        source, book_class,
        arrayFold(
            (rate, step) -> least(0.99, rate * (found_empty + 0.2) / (0.2 + arraySum(
                missed -> rate / (rate + (1. - rate) * exp(-missed)), surprises
            ))),
            range(200), 0.02
        ) as empty_rate
    from counted

),

silences_counted as (

    select
        silences_measured.source as source,
        category, is_of_depot, counted_units,
        empty_rate / (empty_rate + (1. - empty_rate) * exp(-surprise)) as expected_empty
    from silences_measured
    inner join rates using (source, book_class)
    where ended_by = 'count' and count_scope != 'spot'

),

-- Some goods are stolen more, and in a depot more is picked wrong: as many times as often as were found empty, drawn
-- to 1 where few were.
category_factors as (

    select
        source, category,
        (countIf(counted_units = 0) + {{ prior_shelves }}) / (sum(expected_empty) + {{ prior_shelves }})
            as category_factor
    from silences_counted
    group by source, category

),

kind_factors as (

    select
        source, is_of_depot,
        (countIf(counted_units = 0) + {{ prior_shelves }}) / (sum(expected_empty) + {{ prior_shelves }}) as kind_factor
    from silences_counted
    group by source, is_of_depot

),

shelf_silences_judged as (

    select
        silences_measured.source as source, store_id, product_id, stock_store_id,
        silences_measured.category as category,
        silent_from, silent_from_day, silent_until, ended_by, book_units, counted_units, count_scope, last_sold_units,
        round(expected_units, 6) as expected_units,
        round(exp(-surprise), 6) as no_sale_probability,
        round(least(
            ifNull(rates.empty_rate, 0.001) * ifNull(category_factor, 1) * ifNull(kind_factor, 1), 0.95
        ), 6) as empty_rate,
        multiIf(
            ended_by = 'count', toFloat64(counted_units = 0),
            round(empty_rate / (empty_rate + (1. - empty_rate) * no_sale_probability), 6)
        ) as phantom_probability,
        round({{ unmet_units('last_sold_units', 'sizes', 'shares') }}, 6) as unmet_units
    from silences_measured
    left join rates using (source, book_class)
    left join category_factors using (source, category)
    left join kind_factors using (source, is_of_depot)

)

select * from shelf_silences_judged
