{#- A ratio of two sums as a Float64, 0 where there is nothing to divide by: what BI tools read has no NULL. -#}
{% macro ratio(numerator, denominator) -%}
    ifNull(toFloat64({{ numerator }}) / nullIf(toFloat64({{ denominator }}), 0), 0)
{%- endmacro %}
