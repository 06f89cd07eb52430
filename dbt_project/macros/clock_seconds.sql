{#- Seconds after midnight of a clock time such as '09:30'. -#}
{% macro clock_seconds(time) -%}
    (toInt64(substring({{ time }}, 1, 2)) * 3600 + toInt64(substring({{ time }}, 4, 2)) * 60)
{%- endmacro %}
