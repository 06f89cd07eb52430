{#- What happened to order lines up to `as_of`, events and receipts, each with a hash of what it says.

    pairs: SELECT of (source, store_id, product_id); nothing else is read then. -#}
{% macro order_events_so_far(pairs=none) %}
    select
        order_events.* except (source), order_events.source as source,
        {{ order_line_key() }} as _order_line_key, {{ message_key() }} as _step_key
    from {{ ref('stg_events__purchase_order_events') }} as order_events
    inner join {{ ref('int_sources_dated') }} as sources on order_events.source = sources.source
    where stepped_at <= sources.as_of
        {% if pairs %} and (order_events.source, location_id, product_id) in ({{ pairs }}) {% endif %}
{% endmacro %}

{% macro order_receipts_so_far(pairs=none) %}
    select
        receipts.* except (source), receipts.source as source,
        cityHash64(_message_key, date_key) as _step_key
    from {{ ref('int_order_receipts_dated') }} as receipts
    inner join {{ ref('int_sources_dated') }} as sources on receipts.source = sources.source
    where received_at <= sources.as_of
        {% if pairs %} and (receipts.source, store_id, product_id) in ({{ pairs }}) {% endif %}
{% endmacro %}

{#- The last day on which goods are on time. -#}
{% macro last_day_on_time() -%}
    addDays(promised_date, {{ var('delivery_tolerance_days', 0) }})
{%- endmacro %}

{#- A line that nobody closed, of which nothing came, long after the last day it was promised for. -#}
{% macro is_ghost_candidate(current_day) -%}
    open_units > 0 and received_units = 0
    and dateDiff('day', greatest(promised_date, ifNull(confirmed_date, promised_date)), {{ current_day }})
        > {{ var('ghost_order_after_days', 14) }}
{%- endmacro %}
