{#- Steps over arrays that hold a number for each day, oldest first. Each day sees itself and what was before it. -#}

{#- The value so many days ago, 0 where there was no such day. -#}
{% macro lagged(days, by) -%} arrayShiftRight({{ days }}, {{ by }}, 0.) {%- endmacro %}

{#- Sum of the last so many days, from the sum since the first day. -#}
{% macro rolled(cumulated, length) -%}
    arrayMap((now, before) -> now - before, {{ cumulated }}, {{ lagged(cumulated, length) }})
{%- endmacro %}

{#- Element by element, 0 where there is nothing to divide by. -#}
{% macro divided(above, below) -%}
    arrayMap((above, below) -> if(below > 0, above / below, 0.), {{ above }}, {{ below }})
{%- endmacro %}

{#- Sum of the same weekday over 2, 4, 8, … weeks: each step adds the sum of the weeks before it. -#}
{% macro doubled(days, weeks) -%}
    arrayMap((late, early) -> late + early, {{ days }}, {{ lagged(days, 7 * weeks) }})
{%- endmacro %}

{#- Sum since the first day in which a day loses half its weight in `half_life` days, times a factor that a ratio of two
    such sums loses. `ages` are the days' numbers. -#}
{% macro decayed_sum(days, ages, half_life) -%}
    arrayCumSum(arrayMap((value, age) -> value * exp2(age / {{ half_life }}), {{ days }}, {{ ages }}))
{%- endmacro %}
