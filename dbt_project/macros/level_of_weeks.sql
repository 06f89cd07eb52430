{#- The level of demand of a store and product in a week: units per unit of exposure over the weeks around it, drawn
    towards the mean of the pair's whole life where these hold little.

    What is known afterwards counts too: this looks back at what was lost, it forecasts nothing. -#}
{% macro level_of_weeks(units, exposure) -%}
    (sum({{ units }}) over around + {{ _prior_units() }})
    / {{ exposure_of_level(units, exposure) }}
{%- endmacro %}

{#- The exposure that such a level rests on, that of the units it is drawn by included. -#}
{% macro exposure_of_level(units, exposure) -%}
    (sum({{ exposure }}) over around + {{ _prior_units() }}
        / greatest(sum({{ units }}) over life / greatest(sum({{ exposure }}) over life, 1.), 0.01))
{%- endmacro %}

{% macro windows_of_weeks() -%}
    window
        life as (partition by source, store_id, product_id),
        around as (
            partition by source, store_id, product_id order by week_start_date rows between 4 preceding and 4 following
        )
{%- endmacro %}

{% macro _prior_units() -%} 4 {%- endmacro %}
