{#- A surrogate key: the same in every rebuild, and a number, because stars of ten million rows join on it.
    0 is the row for "unknown". -#}
{% macro surrogate_key(columns) -%}
    reinterpretAsInt64(cityHash64({{ columns | join(', ') }}))
{%- endmacro %}
