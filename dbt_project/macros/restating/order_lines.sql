{#- Before an incremental run of `fact_purchase_order_lines`: writes its helper tables `marked` (_order_line_key), the
    lines to state again: something was said or received, a version in force when they were placed changed, or a day
    ended on which they became due or overdue; and `pairs` (source, store_id, product_id), all that they are about.

    Pairs are compared first: a group per line would cost as much as building them. An event that names another pair
    than its line does makes both differ, so it is read with its line. -#}
{% macro mark_order_lines() %}
    {% if execute and is_incremental() %}
        {% do drop_leftovers() %}
        {% do run_query(_create_helper('differing', _order_pairs_that_differ())) %}
        {% do run_query(_create_helper('marked', _order_lines_to_restate())) %}
        {% set pairs %}
            select source, store_id, product_id from {{ helper('differing') }}
            union distinct
            select source, store_id, product_id from {{ this }} where {{ is_marked_line() }}
        {% endset %}
        {% do run_query(_create_helper('pairs', pairs)) %}
    {% endif %}
{% endmacro %}

{% macro is_marked_line() -%}
    _order_line_key in (select _order_line_key from {{ helper('marked') }})
{%- endmacro %}

{#- All that the marked lines are about, as a SELECT; none in a full run. -#}
{% macro marked_order_pairs() %}
    {% if is_incremental() %}
        {{ return('select source, store_id, product_id from ' ~ helper('pairs')) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{% macro _order_pairs_that_differ() %}
    select source, store_id, product_id
    from (
        select source, location_id as store_id, product_id, sum(_step_key) as expected, toUInt64(0) as kept
        from ({{ order_events_so_far() }})
        group by source, store_id, product_id
        union all
        select source, store_id, product_id, sum(_step_key), 0 from ({{ order_receipts_so_far() }})
        group by source, store_id, product_id
        union all
        select source, store_id, product_id, 0, sum(_steps_key) from {{ this }}
        group by source, store_id, product_id
    )
    group by source, store_id, product_id
    having sum(expected) != sum(kept)
{% endmacro %}

{% macro _order_lines_to_restate() %}
    {% set pairs = 'select source, store_id, product_id from ' ~ helper('differing') %}
    select distinct _order_line_key
    from (
        select _order_line_key
        from (
            select _order_line_key, _step_key as expected, toUInt64(0) as kept from ({{ order_events_so_far(pairs) }})
            union all
            select _order_line_key, _step_key, 0 from ({{ order_receipts_so_far(pairs) }})
            union all
            select _order_line_key, 0, _steps_key from {{ this }} where (source, store_id, product_id) in ({{ pairs }})
        )
        group by _order_line_key
        having sum(expected) != sum(kept)

        union all

        select _order_line_key
        from {{ this }}
        where (source, store_id, date_key) in (
            {{ _order_days_off_the_calendar() }}
            union all
            {{ days_with_stale_versions('store_id', 'store_key', 'placed_at', ref('dim_store')) }}
            union all
            {{ days_with_stale_versions('product_id', 'product_key', 'placed_at', ref('dim_product')) }}
            union all
            {{ days_with_stale_versions(
                'supply_source_id', 'supplier_key', 'placed_at', ref('dim_supplier'), version_entity='supplier_id'
            ) }}
        )

        union all

        select _order_line_key
        from {{ this }} as kept
        inner join (
            select source, store_id, max(date_key) as current_day from {{ ref('int_store_days_opened') }}
            group by source, store_id
        ) as days using (source, store_id)
        where is_due != (current_day > {{ last_day_on_time() }})
            or is_ghost_candidate != ({{ is_ghost_candidate('current_day') }})
            or is_from_own_depot != ((source, supply_source_id) in (
                select source, supplier_id from {{ ref('dim_supplier') }} where is_own_depot
            ))
    )
{% endmacro %}

{#- Days with lines that were placed on another day, by the hours the location keeps now. -#}
{% macro _order_days_off_the_calendar() %}
    select kept.source, kept.store_id, kept.date_key
    from (
        select source, store_id, date_key, min(placed_at) as first_at, max(placed_at) as last_at
        from {{ this }}
        group by source, store_id, date_key
    ) as kept
    left join {{ ref('int_store_days_opened') }} as days using (source, store_id, date_key)
    where not ifNull(first_at >= starts_at and last_at < ends_at, false)
{% endmacro %}
