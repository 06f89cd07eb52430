{#- Before an incremental run of `fact_inventory`: writes its helper tables `touched` (from which day on a pair's
    rows are stated again: something moved, was ordered, or is of another version) and `marked` (the rows that go).
    -#}
{% macro mark_inventory_days() %}
    {% if execute and is_incremental() %}
        {% do drop_leftovers() %}
        {% do run_query(_create_helper('days', _inventory_days_that_differ())) %}
        {% do run_query(_create_helper('touched', _pairs_touched())) %}
        {% set marked %}
            select source, store_id, product_id, date_key
            from {{ this }} as kept
            inner join {{ helper('touched') }} as touched using (source, store_id, product_id)
            where date_key >= from_day and date_key >= (select min(from_day) from {{ helper('touched') }})
        {% endset %}
        {% do run_query(_create_helper('marked', marked)) %}
    {% endif %}
{% endmacro %}

{#- The rows of `changes` that an incremental run of `fact_inventory` needs: those from the touched day on. -#}
{% macro touched_changes() %}
    select changes.*
    from {{ ref('int_stock_changes_dated') }} as changes
    inner join {{ helper('touched') }} as touched using (source, store_id, product_id)
    where date_key >= from_day and date_key >= (select min(from_day) from {{ helper('touched') }})
{% endmacro %}

{#- And what held the evening before. -#}
{% macro stock_before_touched() %}
    select
        source, store_id, product_id, date_key,
        closing_units as units, on_order_units as on_order_change, in_transit_units as in_transit_change
    from {{ this }} as kept
    inner join {{ helper('touched') }} as touched using (source, store_id, product_id)
    where date_key = subtractDays(from_day, 1)
{% endmacro %}

{% macro _inventory_days_that_differ() %}
    {% set columns = 'source, store_id, date_key' %}
    {{ days_that_differ(
        'select ' ~ columns ~ ', 0 as rows, sum(_change_key) as checksum from '
        ~ ref('int_stock_changes_dated') ~ ' group by ' ~ columns,
        'select ' ~ columns ~ ', 0 as rows, sum(_changes_key) as checksum from ' ~ this ~ ' group by ' ~ columns
    ) }}
{% endmacro %}

{% macro _pairs_touched() %}
    {% set in_days %}
        where (source, store_id, date_key) in (select source, store_id, date_key from {{ helper('days') }})
    {% endset %}
    select source, store_id, product_id, min(from_day) as from_day
    from (
        select source, store_id, product_id, date_key as from_day
        from (
            select source, store_id, product_id, date_key, toInt128(_change_key) as expected
            from {{ ref('int_stock_changes_dated') }} {{ in_days }}
            union all
            select source, store_id, product_id, date_key, -toInt128(_changes_key) from {{ this }} {{ in_days }}
        )
        group by source, store_id, product_id, date_key
        having sum(expected) != 0

        union all

        select tracked.source, tracked.store_id, tracked.product_id, days.from_day
        from {{ ref('int_stock_pairs_tracked') }} as tracked
        inner join ({{ _store_days_that_differ() }}) as days using (source, store_id)

        union all

        {{ _pairs_with_stale_versions() }}
    )
    group by source, store_id, product_id
{% endmacro %}

{#- The first day of each store that is new, gone, or had other hours, or was not over. -#}
{% macro _store_days_that_differ() %}
    select source, store_id, min(date_key) as from_day
    from (
        select source, store_id, date_key, _day_key as expected, 0 as kept
        from {{ ref('int_store_days_opened') }} as store_days
        inner join (
            select source, store_id, min(tracked_from) as first_day
            from {{ ref('int_stock_pairs_tracked') }}
            group by source, store_id
        ) as tracked using (source, store_id)
        where date_key >= first_day
        union all
        select source, store_id, date_key, 0, max(_day_key) from {{ this }} group by source, store_id, date_key
    )
    group by source, store_id, date_key
    having sum(expected) != sum(kept)
{% endmacro %}

{% macro _pairs_with_stale_versions() %}
    {%- set entities = [
        ('assortment', ref('dim_assortment'), 'assortment_key', ['source', 'store_id', 'product_id']),
        ('products', ref('dim_product'), 'product_key', ['source', 'product_id']),
        ('costs', ref('int_product_costs_versioned'), 'cost_key', ['source', 'product_id'])
    ] -%}
    select spans.source, spans.store_id, spans.product_id, spans.first_day
    from (
        select
            source, store_id, product_id, assortment_key, product_key, cost_key, first_day,
            arrayJoin([first_day, last_day]) as day
        from (
            select
                source, store_id, product_id, _assortment_key as assortment_key, product_key,
                _cost_key as cost_key, min(date_key) as first_day, max(date_key) as last_day
            from {{ this }}
            group by source, store_id, product_id, assortment_key, product_key, cost_key
        )
    ) as spans
    inner join {{ ref('int_store_days_opened') }} as days
        on spans.source = days.source and spans.store_id = days.store_id and spans.day = days.date_key
    {% for name, versions, key, entity in entities %}
    asof left join {{ versions }} as {{ name }}
        on {% for column in entity %}spans.{{ column }} = {{ name }}.{{ column }} and {% endfor %}
        days.{{ 'ends_at >' if name == 'costs' else 'starts_at >=' }} {{ name }}.valid_from
    {% endfor %}
    where {% for name, versions, key, entity in entities -%}
        ifNull({{ name }}.{{ key }}, 0) != spans.{{ key }}{{ ' or ' if not loop.last }}
    {%- endfor %}
{% endmacro %}
