{{ config(
    materialized='incremental',
    incremental_strategy='delete_insert',
    unique_key=['_order_line_key'],
    order_by=['source', 'store_id', 'date_key', 'supply_source_id', 'purchase_order_id', 'purchase_order_line'],
    partition_by='toYYYYMM(date_key)',
    pre_hook="{{ mark_order_lines() }}",
    post_hook="{{ drop_helpers(['differing', 'marked', 'pairs']) }}"
) }}

with order_events as (

    select *, (stepped_at, event_id) as turn
    from ({{ order_events_so_far(marked_order_pairs()) }})
    {% if is_incremental() %} where {{ is_marked_line() }} {% endif %}

),

receipts as (

    select *
    from ({{ order_receipts_so_far(marked_order_pairs()) }})
    {% if is_incremental() %} where {{ is_marked_line() }} {% endif %}

),

stores as (

    select source as store_source, store_id as known_store_id, store_key, valid_from as store_from
    from {{ ref('dim_store') }}

),

products as (

    select source as product_source, product_id as known_product_id, product_key, valid_from as product_from
    from {{ ref('dim_product') }}

),

suppliers as (

    select
        source as supplier_source, supplier_id as known_supplier_id, supplier_key,
        valid_from as supplier_from
    from {{ ref('dim_supplier') }}

),

depots as (

    select distinct source, supplier_id from {{ ref('dim_supplier') }} where is_own_depot

),

days_placed as (

    select source as day_source, store_id as day_store_id, date_key as placed_day, starts_at as placed_day_from
    from {{ ref('int_store_days_opened') }}

),

days_current as (

    select source as current_source, store_id as current_store_id, max(date_key) as last_day
    from {{ ref('int_store_days_opened') }}
    group by source, store_id

),

-- What the first order said holds; what is ordered again under its line comes on top. Of confirmations the last holds.
lines_stepped as (

    select
        _order_line_key,
        argMinIf(
            (source, location_id, product_id, supply_source_id, purchase_order_id, purchase_order_line),
            turn, step = 'placed'
        ) as ids,
        argMinIf((pack_size, unit_cost, promised_date), turn, step = 'placed') as terms,
        argMaxIf((quantity, promised_date), turn, step = 'confirmed') as confirmation,
        sumIf(quantity, step = 'placed') as ordered_units,
        sumIf(quantity, step = 'cancelled') as cancelled_units,
        minIf(stepped_at, step = 'placed') as placed_at,
        minOrNullIf(stepped_at, step = 'closed') as closed_at,
        maxOrNullIf(stepped_at, step = 'cancelled') as last_cancelled_at,
        countIf(step = 'confirmed') > 0 as is_confirmed,
        sum(_step_key) as events_key
    from order_events
    group by _order_line_key
    having countIf(step = 'placed') > 0

),

lines_received as (

    select
        _order_line_key,
        sum(units) as received_units,
        sumMap([date_key], [units]) as received_by_day,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at,
        sum(_step_key) as receipts_key
    from receipts
    group by _order_line_key

),

lines_followed as (

    select
        ids.1 as source,
        ids.2 as store_id,
        ids.3 as product_id,
        ids.4 as supply_source_id,
        ids.5 as purchase_order_id,
        ids.6 as purchase_order_line,
        terms.1 as pack_size,
        terms.2 as unit_cost,
        assumeNotNull(terms.3) as promised_date,
        {{ last_day_on_time() }} as last_day_on_time,
        if(is_confirmed, confirmation.1, null) as confirmed_units,
        if(is_confirmed, confirmation.2, null) as confirmed_date,
        ordered_units,
        cancelled_units,
        ifNull(lines_received.received_units, 0) as received_units,
        arraySum((day, units) -> if(day <= last_day_on_time, units, 0), received_by_day.1, received_by_day.2)
            as received_on_time_units,
        if(length(received_by_day.1) = 0, null, received_by_day.1[1]) as first_received_day,
        first_received_at,
        last_received_at,
        placed_at,
        closed_at,
        if(isNotNull(closed_at), 0, greatest(ordered_units - cancelled_units - received_units, 0)) as open_units,
        open_units > 0 as is_open,
        if(is_open, null, ifNull(closed_at, greatest(last_received_at, last_cancelled_at))) as ended_at,
        _order_line_key,
        events_key + ifNull(receipts_key, 0) as _steps_key
    from lines_stepped
    left join lines_received using (_order_line_key)

),

lines_keyed as (

    select
        *,
        ifNull(placed_day, toDate32(placed_at)) as date_key,
        ifNull(last_day, date_key) as current_day
    from lines_followed
    asof left join stores on source = store_source and store_id = known_store_id and placed_at >= store_from
    asof left join products on source = product_source and product_id = known_product_id and placed_at >= product_from
    asof left join suppliers
        on source = supplier_source and supply_source_id = known_supplier_id and placed_at >= supplier_from
    asof left join days_placed on source = day_source and store_id = day_store_id and placed_at >= placed_day_from
    left join days_current on source = current_source and store_id = current_store_id

)

select
    -- keys of the dimensions
    cast(date_key as Date32) as date_key,
    cast(ifNull(store_key, 0) as Int64) as store_key,
    cast(ifNull(product_key, 0) as Int64) as product_key,
    cast(ifNull(supplier_key, 0) as Int64) as supplier_key,

    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(supply_source_id as LowCardinality(String)) as supply_source_id,
    cast(purchase_order_id as String) as purchase_order_id,
    cast(purchase_order_line as Int32) as purchase_order_line,

    -- strings
    cast(multiIf(
        is_open, if(received_units > 0, 'part received', 'open'),
        received_units >= ordered_units, 'received',
        received_units > 0, 'short',
        'cancelled'
    ) as LowCardinality(String)) as status,

    -- numerics
    cast(pack_size as Nullable(Decimal(18, 3))) as pack_size,
    cast(unit_cost as Nullable(Decimal(18, 4))) as unit_cost,
    cast(ordered_units as Decimal(18, 3)) as ordered_units,
    cast(confirmed_units as Nullable(Decimal(18, 3))) as confirmed_units,
    cast(cancelled_units as Decimal(18, 3)) as cancelled_units,
    cast(received_units as Decimal(18, 3)) as received_units,
    cast(received_on_time_units as Decimal(18, 3)) as received_on_time_units,
    cast(open_units as Decimal(18, 3)) as open_units,
    cast(round(toDecimal128(ordered_units, 3) * unit_cost, 4) as Nullable(Decimal(18, 4))) as ordered_amount,
    cast(round(toDecimal128(open_units, 3) * unit_cost, 4) as Nullable(Decimal(18, 4))) as open_amount,
    cast(dateDiff('day', date_key, promised_date) as Int32) as promised_lead_time_days,
    cast(dateDiff('day', date_key, first_received_day) as Nullable(Int32)) as lead_time_days,

    -- booleans
    cast((source, supply_source_id) in (select source, supplier_id from depots) as Bool) as is_from_own_depot,
    cast(current_day > last_day_on_time as Bool) as is_due,
    cast(received_on_time_units >= ordered_units as Bool) as is_on_time_in_full,
    cast({{ is_ghost_candidate('current_day') }} as Bool) as is_ghost_candidate,

    -- dates and timestamps
    cast(promised_date as Date32) as promised_date,
    cast(confirmed_date as Nullable(Date32)) as confirmed_date,
    cast(first_received_day as Nullable(Date32)) as first_received_date,
    cast(placed_at as DateTime64(3, 'UTC')) as placed_at,
    cast(first_received_at as Nullable(DateTime64(3, 'UTC'))) as first_received_at,
    cast(last_received_at as Nullable(DateTime64(3, 'UTC'))) as last_received_at,
    cast(closed_at as Nullable(DateTime64(3, 'UTC'))) as closed_at,
    cast(ended_at as Nullable(DateTime64(3, 'UTC'))) as ended_at,

    -- what the row was built from
    _order_line_key,
    cast(_steps_key as UInt64) as _steps_key
from lines_keyed
