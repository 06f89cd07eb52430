{#- Before an incremental run of `fact_purchase_order_lines`: writes its helper table `marked` (_order_line_key), the
    lines to state again: something was said or received, a version in force when they were placed changed, or a day
    ended on which they became due or overdue.

    Buckets of lines are compared first: a group per line would cost as much as building them. -#}
{% macro mark_order_lines() %}
    {% if execute and is_incremental() %}
        {% do drop_leftovers() %}
        {% do run_query(_create_helper('buckets', _order_buckets_that_differ())) %}
        {% do run_query(_create_helper('marked', _order_lines_to_restate())) %}
    {% endif %}
{% endmacro %}

{% macro is_marked_line() -%}
    _order_line_key in (select _order_line_key from {{ helper('marked') }})
{%- endmacro %}

{% macro _order_bucket() -%} bitAnd(_order_line_key, 65535) {%- endmacro %}

{% macro _order_buckets_that_differ() %}
    select bucket
    from (
        select {{ _order_bucket() }} as bucket, _step_key as expected, toUInt64(0) as kept
        from ({{ order_events_so_far() }})
        union all
        select {{ _order_bucket() }}, _step_key, 0 from ({{ order_receipts_so_far() }})
        union all
        select {{ _order_bucket() }}, 0, _steps_key from {{ this }}
    )
    group by bucket
    having sum(expected) != sum(kept)
{% endmacro %}

{% macro _order_lines_to_restate() %}
    {% set in_buckets = 'where ' ~ _order_bucket() ~ ' in (select bucket from ' ~ helper('buckets') ~ ')' %}
    select distinct _order_line_key
    from (
        select _order_line_key
        from (
            select _order_line_key, _step_key as expected, toUInt64(0) as kept
            from ({{ order_events_so_far() }}) {{ in_buckets }}
            union all
            select _order_line_key, _step_key, 0 from ({{ order_receipts_so_far() }}) {{ in_buckets }}
            union all
            select _order_line_key, 0, _steps_key from {{ this }} {{ in_buckets }}
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
