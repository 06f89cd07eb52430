{#- Goods on their way by the morning they come, after tonight's order (`mart_stock_frontier`): on an order day what
    lacks to the level, on hand and on the way counted. -#}
{% macro ordered_tonight() -%}
    arrayPushBack(shop.2, if((day - 1) % cycle_days = 0, greatest(level - shop.1 - arraySum(shop.2), 0.), 0.))
{%- endmacro %}
