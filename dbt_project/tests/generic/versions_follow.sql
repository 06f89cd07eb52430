{#- Versions of an entity that leave a gap, overlap or end before they begin; the last one must be open. -#}
{% test versions_follow(model, entity) %}
select source, {{ entity }}, valid_from, valid_to, next_from
from (
    select
        source,
        {{ entity }},
        valid_from,
        valid_to,
        leadInFrame(valid_from, 1, {{ end_of_time() }}) over (
            partition by source, {{ entity }} order by valid_from
            rows between unbounded preceding and unbounded following
        ) as next_from
    from {{ model }}
)
where valid_from >= valid_to or valid_to != next_from
{% endtest %}
