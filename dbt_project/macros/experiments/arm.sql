{#- The arm of a unit: a hash of the experiment's and the unit's ids, so the same for ever, and unrelated between
    experiments. -#}
{% macro arm(experiment_id, unit_id, treatment_share) -%}
    if(
        sipHash64({{ experiment_id }}, {{ unit_id }}) % 1000000 < 1000000 * {{ treatment_share }},
        'treatment', 'control'
    )
{%- endmacro %}
