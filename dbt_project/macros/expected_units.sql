{#- Days ahead that demand is expected for day by day; later days are like their mean. Whole weeks. -#}
{% macro horizon_days() -%} 42 {%- endmacro %}

{#- Units expected over the next `days`. cumulated: units expected until the end of each day ahead
    (`int_demand_expected`). -#}
{% macro expected_units(days, cumulated) -%}
    if(
        {{ days }} <= 0, 0.,
        {{ cumulated }}[least(toInt64({{ days }}), {{ horizon_days() }})]
        + greatest(toInt64({{ days }}) - {{ horizon_days() }}, 0)
        * {{ cumulated }}[{{ horizon_days() }}] / {{ horizon_days() }}
    )
{%- endmacro %}

{#- Days until `units` are used up, with the part of the last day; NULL where nothing is expected to be wanted. -#}
{% macro days_until_used_up(units, cumulated) -%}
    {%- set day = 'arrayFirstIndex(total -> total > ' ~ units ~ ', ' ~ cumulated ~ ')' -%}
    {%- set last = cumulated ~ '[' ~ horizon_days() ~ ']' -%}
    multiIf(
        {{ last }} <= 0, null,
        {{ day }} > 0,
        {{ day }} - 1 + ({{ units }} - if({{ day }} > 1, {{ cumulated }}[{{ day }} - 1], 0.))
        / ({{ cumulated }}[{{ day }}] - if({{ day }} > 1, {{ cumulated }}[{{ day }} - 1], 0.)),
        {{ units }} * {{ horizon_days() }} / {{ last }}
    )
{%- endmacro %}
