{#- The order of movements at one instant; a count comes last. -#}
{% macro movement_rank(movement_type) -%}
    indexOf([
        'opening_balance', 'receipt', 'transfer_in', 'return', 'adjustment', 'sale', 'transfer_out', 'damage',
        'expired',
        'theft_report', 'own_use', 'count_correction'
    ], {{ movement_type }})
{%- endmacro %}
