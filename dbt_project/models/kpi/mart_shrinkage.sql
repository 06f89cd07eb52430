{{ config(order_by=['source', 'store_id', 'date_key', 'product_id']) }}

with counts as (

    select
        *,
        greatest(-correction_units, 0) as units_lost,
        greatest(correction_units, 0) as units_found,
        greatest(ifNull(-correction_amount, 0), 0) as amount_lost,
        greatest(ifNull(correction_amount, 0), 0) as amount_found
    from {{ ref('fact_stock_counts') }}
    -- What the first count of a pair finds is not lost: there was no book before it.
    where not is_initial

),

losses_found as (

    select
        source,
        store_id,
        product_id,
        date_key,
        store_key,
        product_key,
        count() as counts,
        sum(units_lost) as lost_units,
        sum(units_found) as found_units,
        sum(amount_lost) as lost_amount,
        sum(amount_found) as found_amount,
        sumIf(units_lost + units_found, isNull(unit_cost)) as cost_unknown_units,
        min(book_since_at) as book_since_at
    from counts
    group by source, store_id, product_id, date_key, store_key, product_key

)

select
    -- keys of the dimensions
    date_key,
    store_key,
    product_key,

    -- ids
    source,
    store_id,
    product_id,

    -- counts
    cast(counts as Int64) as counts,

    -- units
    cast(lost_units as Decimal(18, 3)) as lost_units,
    cast(found_units as Decimal(18, 3)) as found_units,
    cast(lost_units - found_units as Decimal(18, 3)) as net_loss_units,
    cast(lost_units + found_units as Decimal(18, 3)) as gross_loss_units,
    cast(cost_unknown_units as Decimal(18, 3)) as cost_unknown_units,

    -- money
    cast(lost_amount as Decimal(18, 4)) as lost_amount,
    cast(found_amount as Decimal(18, 4)) as found_amount,
    cast(lost_amount - found_amount as Decimal(18, 4)) as net_loss_amount,
    cast(lost_amount + found_amount as Decimal(18, 4)) as gross_loss_amount,

    -- timestamps
    book_since_at
from losses_found
