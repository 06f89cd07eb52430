{#- The UTC instant (Unix seconds) at which clocks of a time zone show `local` (Unix seconds, as if UTC). Where a clock
    is put back an hour comes twice: this is its first; an hour that is skipped counts as the one after.

    Only toString takes a time zone from a column. -#}
{% macro utc_of_local(local, time_zone) -%}
    ({{ local }} - {{ _offset_at(local ~ ' - ' ~ _offset_at(local, time_zone), time_zone) }})
{%- endmacro %}

{#- Seconds by which a zone's clocks are ahead of UTC at an instant. -#}
{% macro _offset_at(instant, time_zone) -%}
    (toInt64(toUnixTimestamp(toDateTime(toString(toDateTime({{ instant }}, 'UTC'), {{ time_zone }}), 'UTC')))
    - ({{ instant }}))
{%- endmacro %}
