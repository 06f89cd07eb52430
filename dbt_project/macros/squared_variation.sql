{#- Squared coefficient of variation (population variance over squared mean) from sum, sum of squares and count;
    NULL where the mean is zero. -#}
{% macro squared_variation(total, squares, count) -%}
    round(greatest(
        toFloat64({{ squares }}) * {{ count }} / nullIf(pow(toFloat64({{ total }}), 2), 0) - 1, 0
    ), 9)
{%- endmacro %}
