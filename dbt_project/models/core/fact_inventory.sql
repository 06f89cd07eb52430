-- depends_on: {{ ref('int_stock_pairs_tracked') }}
{%- set kinds = {
    'opening_balance': 'opening_balance_units', 'receipt': 'received_units', 'transfer_in': 'transferred_in_units',
    'transfer_out': 'transferred_out_units', 'sale': 'sold_units', 'return': 'returned_units',
    'adjustment': 'adjusted_units', 'damage': 'damaged_units', 'expired': 'expired_units',
    'theft_report': 'stolen_units', 'own_use': 'own_use_units', 'count_correction': 'count_correction_units'
} -%}
{{ config(
    materialized='incremental',
    incremental_strategy='delete_insert',
    unique_key=['source', 'store_id', 'product_id', 'date_key'],
    order_by=['source', 'store_id', 'product_id', 'date_key'],
    partition_by='toYYYYMM(date_key)',
    query_settings={'join_use_nulls': 1, 'max_block_size': 16384},
    pre_hook="{{ mark_inventory_days() }}",
    post_hook="{{ drop_helpers(['days', 'touched', 'marked']) }}"
) }}
{# Rows are wide: in blocks of a quarter of the usual size ten million lines need 1.6 GB of memory, else over 2. #}

with changes as (

    {% if is_incremental() %}
    select *, {{ pair_key() }} as pair_key from ({{ touched_changes() }})
    {% else %}
    select *, {{ pair_key() }} as pair_key from {{ ref('int_stock_changes_dated') }}
    {% endif %}

),

store_days as (

    select * from {{ ref('int_store_days_opened') }}

),

last_days as (

    select source, store_id, max(date_key) as last_day
    from store_days
    group by source, store_id

),

-- Days on which something changed; a run that begins in the middle begins with the evening before.
days_changed as (

    select
        pair_key, date_key, true as is_stated,
        min(changes.source) as source, min(changes.store_id) as store_id, min(changes.product_id) as product_id,
        cast(sum(changes.units) as Decimal(18, 3)) as units,
        cast(sumIf(changes.units, changes.units < 0) as Decimal(18, 3)) as units_gone,
        cast(sum(on_order_change) as Decimal(18, 3)) as on_order,
        cast(sum(in_transit_change) as Decimal(18, 3)) as in_transit,
        {% for kind, column in kinds.items() %}
        cast(sumIf(changes.units, movement_type = '{{ kind }}') as Decimal(18, 3)) as {{ column }},
        {% endfor %}
        sum(_change_key) as _changes_key
    from changes
    group by pair_key, date_key

    {% if is_incremental() %}
    union all

    select
        {{ pair_key() }}, date_key, false, source, store_id, product_id, units, 0, on_order_change, in_transit_change,
        {{ '0, ' * (kinds | length) }} 0
    from ({{ stock_before_touched() }})
    {% endif %}

),

-- Read twice and computed twice: kept between, the days of ten million lines would fill the memory.
days_closed as (

    select
        *,
        sum(units) over days_of_pair as closing_units,
        sum(on_order) over days_of_pair as on_order_units,
        sum(in_transit) over days_of_pair as in_transit_units,
        leadInFrame(toNullable(date_key)) over (
            partition by pair_key order by date_key
            rows between unbounded preceding and unbounded following
        ) as next_changed_day
    from days_changed
    window days_of_pair as (
        partition by pair_key order by date_key rows between unbounded preceding and current row
    )

),

-- And the quiet days after each, up to the next.
days as (

    select
        pair_key, source, store_id, product_id,
        closing_units - if(quiet_days = 0, days_closed.units, 0) as opening_units,
        {% for column in kinds.values() %}
        if(quiet_days = 0, days_closed.{{ column }}, 0) as {{ column }},
        {% endfor %}
        closing_units, on_order_units, in_transit_units,
        if(quiet_days = 0, days_closed._changes_key, 0) as _changes_key,
        addDays(days_closed.date_key, quiet_days) as date_key
    from days_closed
    inner join last_days using (source, store_id)
    array join range(toUInt32(greatest(
        dateDiff('day', days_closed.date_key, ifNull(next_changed_day, addDays(last_day, 1))), 0
    ))) as quiet_days
    where quiet_days > 0 or is_stated

),

days_opened as (

    select
        days.*, store_key, starts_at, ends_at, opens_at, open_until, is_open, open_minutes, _day_key
    from days
    inner join store_days using (source, store_id, date_key)

),

assortment as (

    select source as a_source, store_id as a_store_id, product_id as a_product_id, assortment_key, is_ranged, valid_from
    from {{ ref('dim_assortment') }}

),

products as (

    select source as p_source, product_id as p_product_id, product_key, launch_date, valid_from as product_from
    from {{ ref('dim_product') }}

),

costs as (

    select source as c_source, product_id as c_product_id, cost_key, unit_cost, valid_from as cost_from
    from {{ ref('int_product_costs_versioned') }}

),

-- What was in force when the day began; goods are valued as the day ended.
days_keyed as (

    select
        *,
        (isNull(assortment_key) or is_ranged) and ifNull(launch_date <= date_key, true) as is_in_range,
        is_open and is_in_range as is_offered
    from days_opened
    asof left join assortment
        on source = a_source and store_id = a_store_id and product_id = a_product_id and starts_at >= valid_from
    asof left join products on source = p_source and product_id = p_product_id and starts_at >= product_from
    asof left join costs on source = c_source and product_id = c_product_id and ends_at > cost_from

),

-- Within a day, only where the book may have been empty for a part of it.
paths as (

    select
        {{ pair_key() }} as pair_key, date_key,
        arraySort(groupArray((moved_at, {{ movement_rank('movement_type') }}, event_id, units))) as steps
    from {{ ref('fact_inventory_movements') }}
    where ({{ pair_key() }}, date_key) in (
        select pair_key, date_key
        from days_closed
        where is_stated and closing_units - units + units_gone <= 0
    )
    group by pair_key, date_key

),

days_walked as (

    select
        days_keyed.*,
        arrayConcat([starts_at], arrayMap(step -> step.1, steps)) as froms,
        arrayConcat(arrayMap(step -> step.1, steps), [ends_at]) as untils,
        arrayCumSum(arrayConcat([opening_units], arrayMap(step -> step.4, steps))) as books,
        multiIf(
            length(steps) = 0, if(closing_units <= 0, [(starts_at, ends_at)], []),
            arrayFilter(
                spell -> spell.1 < spell.2,
                arrayMap(
                    (from, until, book) -> if(book <= 0, (from, until), (ends_at, starts_at)), froms, untils, books
                )
            )
        ) as spells
    from days_keyed
    left join paths using (pair_key, date_key)

)

select
    -- keys of the dimensions
    date_key,
    store_key,
    ifNull(product_key, 0) as product_key,

    -- ids
    cast(source as LowCardinality(String)) as source,
    cast(store_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,

    -- units of the book: opening + the changes = closing
    cast(opening_units as Decimal(18, 3)) as opening_units,
    {% for column in kinds.values() %}
    cast({{ column }} as Decimal(18, 3)) as {{ column }},
    {% endfor %}
    cast(closing_units as Decimal(18, 3)) as closing_units,

    -- units expected, at the end of the day
    cast(on_order_units as Decimal(18, 3)) as on_order_units,
    cast(in_transit_units as Decimal(18, 3)) as in_transit_units,

    -- money
    unit_cost,
    cast(round(toDecimal128(closing_units, 3) * unit_cost, 4) as Nullable(Decimal(18, 4))) as closing_value,

    -- minutes
    cast(if(is_offered, open_minutes, 0) as Int32) as open_minutes,
    cast(if(is_offered, intDiv(arraySum(
        spell -> greatest(dateDiff('second', greatest(spell.1, opens_at), least(spell.2, open_until)), 0), spells
    ), 60), 0) as Int32) as out_of_stock_minutes,

    -- booleans
    cast(is_in_range as Bool) as is_ranged,
    cast(is_open as Bool) as is_open,

    -- stretches without stock, by the book
    cast(spells as Array(Tuple(DateTime64(3, 'UTC'), DateTime64(3, 'UTC')))) as out_of_stock_spells,

    -- what the row was built from
    _changes_key,
    _day_key,
    ifNull(cost_key, 0) as _cost_key,
    ifNull(assortment_key, 0) as _assortment_key
from days_walked
