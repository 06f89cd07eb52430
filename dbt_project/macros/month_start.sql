{#- First day of the month of a Date32; toStartOfMonth gives a Date, which knows no day before 1970. -#}
{% macro month_start(date) -%}
    makeDate32(toYear({{ date }}), toMonth({{ date }}), 1)
{%- endmacro %}
