{#- First day of a retail 4-5-4 year: the day after the Saturday closest to 31 January. -#}
{% macro retail_year_start(year) -%}
    addDays(
        makeDate32({{ year }}, 1, 29), modulo(7 - toDayOfWeek(makeDate32({{ year }}, 1, 29)), 7)
    )
{%- endmacro %}
