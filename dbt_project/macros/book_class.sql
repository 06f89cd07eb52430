{#- Classes of book stock, from few to many units; the fewer the book says, the sooner it is wrong about there being
    any. -#}
{% macro book_class(units) -%}
    multiIf(
        {{ units }} <= 1, 1, {{ units }} <= 2, 2, {{ units }} <= 3, 3, {{ units }} <= 5, 5, {{ units }} <= 10, 10, 20
    )
{%- endmacro %}
