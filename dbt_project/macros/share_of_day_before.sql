{#- Which share of a day's usual demand has come by an instant; within an hour it comes evenly.

    profile: 25 shares, before each hour after the day began and after the last (`int_sale_hours_profiled`). -#}
{% macro share_of_day_before(instant, starts_at, profile) -%}
    {%- set hours = "least(greatest(dateDiff('second', " ~ starts_at ~ ', ' ~ instant ~ ') / 3600., 0.), 23.9999)' -%}
    ({{ profile }}[toUInt8(floor({{ hours }})) + 1] + ({{ hours }} - floor({{ hours }}))
        * ({{ profile }}[toUInt8(floor({{ hours }})) + 2] - {{ profile }}[toUInt8(floor({{ hours }})) + 1]))
{%- endmacro %}
