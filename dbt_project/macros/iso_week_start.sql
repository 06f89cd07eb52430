{#- Monday of the ISO week of a date. -#}
{% macro iso_week_start(date) -%}
    subtractDays({{ date }}, toDayOfWeek({{ date }}) - 1)
{%- endmacro %}
