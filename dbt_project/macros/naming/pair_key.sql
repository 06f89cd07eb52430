{#- A product at a location as one number, for joins of millions of rows: three text keys cost three times as much.
    `int_stock_pairs_tracked` and `int_selling_pairs_stocked` prove that no two pairs share one. -#}
{% macro pair_key(table='') -%}
    {%- set of = table ~ '.' if table else '' -%}
    {{ surrogate_key([of ~ 'source', of ~ 'store_id', of ~ 'product_id']) }}
{%- endmacro %}
