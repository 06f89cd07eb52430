{#- A sum of floats, to twelve decimals, that comes out the same in whatever order the rows are met: otherwise the last
    digits differ, and now and then a rounded figure shows it. -#}
{% macro exact_sum(expression, condition='') -%}
    toFloat64(sum{{ 'If' if condition }}(toDecimal128({{ expression }}, 12){{ ', ' ~ condition if condition }}))
{%- endmacro %}
