{#- Units beyond the last that a customer who took `units`, all there were, would have bought: E(size − units | size ≥
    units). sizes, shares: `int_purchase_sizes_estimated`. -#}
{% macro unmet_units(units, sizes, shares) -%}
    if(
        arraySum((size, share) -> if(size >= {{ units }}, share, 0.), {{ sizes }}, {{ shares }}) > 1e-9,
        arraySum((size, share) -> if(size >= {{ units }}, (size - {{ units }}) * share, 0.), {{ sizes }}, {{ shares }})
        / arraySum((size, share) -> if(size >= {{ units }}, share, 0.), {{ sizes }}, {{ shares }}),
        0.
    )
{%- endmacro %}
