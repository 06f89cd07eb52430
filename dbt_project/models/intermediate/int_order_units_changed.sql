{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'date_key']) }}

-- An order line is on order until it has come, left our depot or was given up; what left is in transit until it came.
-- When the buyer closes the line, nothing of it is expected any more.

with order_events as (

    select * from {{ ref('stg_events__purchase_order_events') }}

),

movements as (

    select *, abs(assumeNotNull(quantity)) as units from {{ ref('stg_events__inventory_movements') }}

),

store_days as (

    select source as day_source, store_id as day_store_id, date_key as local_date, starts_at
    from {{ ref('int_store_days_started') }}

),

lines_placed as (

    select source, purchase_order_id, purchase_order_line, location_id, product_id
    from order_events
    where step = 'placed'
    order by stepped_at, event_id
    limit 1 by source, purchase_order_id, purchase_order_line

),

lines_closed as (

    select source, purchase_order_id, purchase_order_line, min(stepped_at) as closed_at
    from order_events
    where step = 'closed'
    group by source, purchase_order_id, purchase_order_line

),

order_steps as (

    select
        source,
        purchase_order_id,
        purchase_order_line,
        stepped_at as changed_at,
        if(step = 'placed', quantity, -quantity) as units
    from order_events
    where step in ('placed', 'cancelled')

    union all

    select source, assumeNotNull(purchase_order_id), ifNull(purchase_order_line, 0), moved_at, -units
    from movements
    where movement_type in ('receipt', 'transfer_out') and isNotNull(purchase_order_id)

),

orders_stepped as (

    select
        lines_placed.source as source,
        lines_placed.location_id as store_id,
        lines_placed.product_id as product_id,
        'on order' as state,
        min(lines_closed.closed_at) as ended_at,
        arraySort(groupArray((order_steps.changed_at, -order_steps.units))) as steps
    from order_steps
    inner join lines_placed using (source, purchase_order_id, purchase_order_line)
    left join lines_closed using (source, purchase_order_id, purchase_order_line)
    group by source, store_id, product_id, order_steps.purchase_order_id, order_steps.purchase_order_line

),

transfers_stepped as (

    select
        movements.source as source,
        if(movement_type = 'transfer_out', counterpart_location_id, location_id) as store_id,
        product_id,
        'in transit' as state,
        min(lines_closed.closed_at) as ended_at,
        arraySort(groupArray(
            (moved_at, if(movement_type = 'transfer_out', -movements.units, movements.units))
        )) as steps
    from movements
    left join lines_closed
        on movements.source = lines_closed.source
        and movements.purchase_order_id = lines_closed.purchase_order_id
        and movements.purchase_order_line = lines_closed.purchase_order_line
    where movement_type in ('transfer_out', 'transfer_in')
    group by source, store_id, product_id, transfer_id

),

-- Steps carry what is taken off, so that of two at one instant what is added sorts first.
units_open as (

    select
        source,
        store_id,
        product_id,
        state,
        arrayConcat(
            arrayFilter(step -> ifNull(step.1 < ended_at, true), steps),
            if(isNull(ended_at), [], [(assumeNotNull(ended_at), cast(0 as Decimal(18, 3)))])
        ) as steps_taken,
        arrayMap(
            (total, number) -> if(isNotNull(ended_at) and number = length(steps_taken), 0, greatest(total, 0)),
            arrayCumSum(step -> -step.2, steps_taken), arrayEnumerate(steps_taken)
        ) as open_units,
        arrayPopFront(arrayDifference(arrayPushFront(open_units, cast(0 as Decimal(38, 3))))) as changes
    from (select * from orders_stepped union all select * from transfers_stepped)

),

changes as (

    select source, store_id, product_id, state, step.1 as changed_at, change
    from units_open
    array join steps_taken as step, changes as change
    where change != 0

),

order_units_changed as (

    select
        source,
        assumeNotNull(store_id) as store_id,
        product_id,
        ifNull(local_date, toDate32(changed_at)) as date_key,
        cast(sumIf(change, state = 'on order') as Decimal(18, 3)) as on_order_change,
        cast(sumIf(change, state = 'in transit') as Decimal(18, 3)) as in_transit_change,
        cityHash64(on_order_change, in_transit_change) as _changes_key
    from changes
    asof left join store_days
        on changes.source = day_source and changes.store_id = day_store_id and changed_at >= starts_at
    group by source, store_id, product_id, date_key

)

select * from order_units_changed
