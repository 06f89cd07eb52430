{#- What identifies a line of a purchase order, as one number: joins on it stay small. A movement that names no line is
    of line 0. -#}
{% macro order_line_key() -%}
    cityHash64(source, assumeNotNull(purchase_order_id), ifNull(purchase_order_line, 0))
{%- endmacro %}
