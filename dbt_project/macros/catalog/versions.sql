{#- CTEs that turn catalogue events into versions, ending in `versions`: one row per source, entity and instant from
    which something else holds, valid in [valid_from, valid_to).

    events: name of a CTE of a catalogue staging model. entity: its id columns. attributes: the columns that make a
    version; an event that repeats them begins none. Of two events about the same instant the last said stands. -#}
{% macro versions(events, entity, attributes) %}
events_settled as (

    select *, cityHash64(tuple({{ attributes | join(', ') }})) as attributes_key
    from {{ events }}
    order by said_at desc, _kafka_timestamp desc, _topic desc, _partition desc, _offset desc
    limit 1 by source, {{ entity | join(', ') }}, valid_from

),

events_compared as (

    select
        *,
        lagInFrame(toNullable(attributes_key)) over (
            partition by source, {{ entity | join(', ') }} order by valid_from
            rows between unbounded preceding and unbounded following
        ) as attributes_key_before
    from events_settled

),

versions as (

    select
        source,
        {{ entity | join(', ') }},
        {{ attributes | join(', ') }},
        valid_from,
        leadInFrame(valid_from, 1, {{ end_of_time() }}) over (
            partition by source, {{ entity | join(', ') }} order by valid_from
            rows between unbounded preceding and unbounded following
        ) as valid_to
    from events_compared
    where isNull(attributes_key_before) or attributes_key_before != attributes_key

)
{% endmacro %}

{% macro beginning_of_time() -%} toDateTime64('1925-01-01 00:00:00', 3, 'UTC') {%- endmacro %}

{#- The `valid_to` of what holds until further notice. -#}
{% macro end_of_time() -%} toDateTime64('2283-01-01 00:00:00', 3, 'UTC') {%- endmacro %}
