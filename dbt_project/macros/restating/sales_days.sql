{#- Which store days `fact_sales` must state again: their lines changed (arrived, corrected, voided), a version or a
    cost that was in force changed, or the sale that a return names did. -#}
{% macro sales_days_to_restate() %}
    {% set expected %}
        select source, store_id, business_date as date_key, count() as rows, sum({{ message_key() }}) as checksum
        from {{ ref('int_ticket_lines_unvoided') }}
        group by source, store_id, date_key
    {% endset %}
    {% set kept %}
        select source, store_id, date_key, count() as rows, sum(_message_key) as checksum
        from {{ this }}
        group by source, store_id, date_key
    {% endset %}
    {{ days_that_differ(expected, kept) }}
    union all
    {{ days_with_stale_versions('store_id', 'store_key', 'sold_at', ref('dim_store')) }}
    union all
    {{ days_with_stale_versions('product_id', 'product_key', 'sold_at', ref('dim_product')) }}
    union all
    {{ days_with_stale_versions(
        'product_id', '_cost_key', 'costed_at', ref('int_product_costs_versioned'), version_key='cost_key'
    ) }}
    union all
    select facts.source, facts.store_id, facts.date_key
    from {{ this }} as facts
    left join (
        select _line_key, sold_at from {{ ref('stg_events__ticket_lines') }}
        where event_type = 'sale'
            and _line_key in (select _returned_line_key from {{ this }} where _returned_line_key != 0)
    ) as sold on facts._returned_line_key = sold._line_key
    where facts._returned_line_key != 0 and facts.costed_at != ifNull(sold.sold_at, facts.sold_at)
{% endmacro %}

{#- Which store days `mart_sales_daily` must state again: those of which `fact_sales` says something else. -#}
{% macro sales_mart_days_to_restate() %}
    {% set expected %}
        select source, store_id, date_key, count() as rows, sum(_row_key) as checksum
        from {{ ref('fact_sales') }}
        group by source, store_id, date_key
    {% endset %}
    {% set kept %}
        select source, store_id, date_key, sum(ticket_lines) as rows, sum(_rows_key) as checksum
        from {{ this }}
        group by source, store_id, date_key
    {% endset %}
    {{ days_that_differ(expected, kept) }}
{% endmacro %}
