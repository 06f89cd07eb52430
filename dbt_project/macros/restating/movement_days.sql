{#- Before an incremental run of `fact_inventory_movements`: writes its helper tables `touched` (pairs and days whose
    movements or counts are others than those it holds) and `marked` (the store days to state again: these, the days of
    the next counts, whose corrections make up for another book, and days with stale versions). -#}
{% macro mark_movement_days() %}
    {% if execute and is_incremental() %}
        {% do drop_leftovers() %}
        {% do run_query(_create_helper('days', _movement_days_that_differ())) %}
        {% do run_query(_create_helper('touched', _pair_days_that_differ())) %}
        {% do run_query(_create_helper('marked', _movement_days_to_restate())) %}
    {% endif %}
{% endmacro %}

{% macro _movements_and_counts() %}
    select source, store_id, product_id, date_key, _message_key
    from {{ ref('int_stock_movements_signed') }}
    union all
    select source, store_id, product_id, date_key, _message_key
    from {{ ref('int_stock_counts_dated') }}
{% endmacro %}

{% macro _movement_days_that_differ() %}
    {% set sums = 'select source, store_id, date_key, count() as rows, sum(_message_key) as checksum from ' %}
    {% set days = ' group by source, store_id, date_key' %}
    {{ days_that_differ(sums ~ '(' ~ _movements_and_counts() ~ ')' ~ days, sums ~ this ~ days) }}
{% endmacro %}

{% macro _pair_days_that_differ() %}
    {% set in_days %}
        where (source, store_id, date_key) in (select source, store_id, date_key from {{ helper('days') }})
    {% endset %}
    select source, store_id, product_id, date_key
    from (
        select source, store_id, product_id, date_key, toInt128(_message_key) as expected
        from ({{ _movements_and_counts() }}) {{ in_days }}
        union all
        select source, store_id, product_id, date_key, -toInt128(_message_key) from {{ this }} {{ in_days }}
    )
    group by source, store_id, product_id, date_key
    having sum(expected) != 0
{% endmacro %}

{% macro _movement_days_to_restate() %}
    select distinct source, store_id, date_key
    from (
        select source, store_id, date_key from {{ helper('days') }}
        {% for comparison in ['>=', '>'] %}
        union all
        select touched.source, touched.store_id, counts.date_key
        from {{ helper('touched') }} as touched
        asof join {{ ref('int_stock_counts_dated') }} as counts
            on touched.source = counts.source and touched.store_id = counts.store_id
            and touched.product_id = counts.product_id and counts.date_key {{ comparison }} touched.date_key
        {% endfor %}
        union all
        {{ days_with_stale_versions('store_id', 'store_key', 'moved_at', ref('dim_store')) }}
        union all
        {{ days_with_stale_versions('product_id', 'product_key', 'moved_at', ref('dim_product')) }}
        union all
        {{ days_with_stale_versions(
            'product_id', '_cost_key', 'moved_at', ref('int_product_costs_versioned'), version_key='cost_key'
        ) }}
    )
{% endmacro %}
