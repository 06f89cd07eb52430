-- Quiet days that repeat the evening before become one row with the days it holds for; a day with movements is its own.
with days as (

    select
        *,
        is_ranged as is_offered,
        cityHash64(
            closing_units, on_order_units, in_transit_units, ifNull(unit_cost, 0), is_ranged, product_key, store_key
        ) as held,
        lagInFrame(held) over pairs as held_before,
        lagInFrame(_changes_key, 1, toUInt64(1)) over pairs as changes_before
    from core.fact_inventory
    where {slice:UInt8} = cityHash64(source, store_id, product_id) % {slices:UInt8}
    window pairs as (
        partition by source, store_id, product_id order by date_key
        rows between unbounded preceding and unbounded following
    )

)

select
    * except (held, held_before, changes_before, date_key, is_open, open_minutes),
    date_key as valid_from,
    leadInFrame(date_key, 1, toDate32('2283-01-01')) over (
        partition by source, store_id, product_id order by date_key
        rows between unbounded preceding and unbounded following
    ) as valid_to
from days
where held != held_before or _changes_key != 0 or changes_before != 0
