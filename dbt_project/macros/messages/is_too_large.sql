{#- Whether a product of money and quantity leaves Decimal(18, 4); contracts allow fields whose product does. Such a message
    is set aside by itself, else its overflow would stop every model. -#}
{% macro is_too_large(factors) -%}
    abs({% for factor in factors %}toDecimal128({{ factor }}, 4){{ ' * ' if not loop.last }}{% endfor %}) >= 10000000000000
{%- endmacro %}

{% macro verdict() -%}
    cast(
        if(is_too_large, 'amount_too_large', ifNull(message_verdicts.verdict, 'stands')) as LowCardinality(String)
    )
{%- endmacro %}
