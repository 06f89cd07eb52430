{#- A sum of floats that comes out the same in whatever order the rows are met: the last digits would differ, and now and
    then a rounded figure shows it. To twelve decimals. -#}
{% macro exact_sum(expression, condition='') -%}
    toFloat64(sum{{ 'If' if condition }}(toDecimal128({{ expression }}, 12){{ ', ' ~ condition if condition }}))
{%- endmacro %}
