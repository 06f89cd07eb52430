{#- What the unseen part of a day brings, given the part that was seen: `usual` units, times what the purchases seen
    say of the day. A gamma distribution of the day's rate, squared variation `spread`, is conjugate to Poisson
    purchases, so the mean of the rate given n purchases where x were expected is (1 + n × spread) ÷ (1 + x × spread)
    times the usual (Gelman et al., Bayesian Data Analysis, 3rd edition 2013, §2.6). When the seeing stopped may depend
    on what was seen. -#}
{% macro units_unseen(usual, purchases_seen, purchases_expected, spread) -%}
    ({{ usual }} * (1. + {{ purchases_seen }} * {{ spread }}) / (1. + {{ purchases_expected }} * {{ spread }}))
{%- endmacro %}

{#- −ln of the chance that `unseen` expected purchases did not come, given the part of the day that was seen: the
    gamma mean of exp(−rate). Nearly `unseen` itself where days are alike, less where they differ. -#}
{% macro no_sale_surprise(unseen, purchases_seen, purchases_expected, spread) -%}
    if({{ spread }} < 1e-6, {{ unseen }}, (1. / greatest({{ spread }}, 1e-6) + {{ purchases_seen }})
        * log1p({{ spread }} * {{ unseen }} / (1. + {{ spread }} * {{ purchases_expected }})))
{%- endmacro %}
