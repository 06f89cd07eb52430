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
        / greatest({{ _over_life(units) }} / greatest({{ _over_life(exposure) }}, 1.), 0.01))
{%- endmacro %}

{#- As decimals: the rows of a life come in any order, and floats would add up to other last digits. -#}
{% macro _over_life(figure) -%}
    toFloat64(sum(toDecimal128({{ figure }}, 12)) over life)
{%- endmacro %}

{% macro windows_of_weeks() -%}
    window
        life as (partition by source, store_id, product_id),
        around as (
            partition by source, store_id, product_id order by week_start_date rows between 4 preceding and 4 following
        )
{%- endmacro %}

{% macro _prior_units() -%} 4 {%- endmacro %}
