{#- Quantile of the standard normal distribution, 0 < share < 1, within 0.00045 (Abramowitz and Stegun 26.2.23). -#}
{% macro normal_quantile(share) -%}
    {%- set tail = 'sqrt(-2 * log(least(' ~ share ~ ', 1 - ' ~ share ~ ')))' -%}
    (if({{ share }} < 0.5, -1, 1) * (
        {{ tail }} - (2.515517 + 0.802853 * {{ tail }} + 0.010328 * pow({{ tail }}, 2))
        / (1 + 1.432788 * {{ tail }} + 0.189269 * pow({{ tail }}, 2) + 0.001308 * pow({{ tail }}, 3))
    ))
{%- endmacro %}
