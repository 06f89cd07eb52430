{#- Rows that share the grain stated in the model's description. Hashes first: ten million keys of strings
    would not fit. -#}
{% test unique_grain(model, columns) %}
select {{ columns | join(', ') }}, count() as rows
from {{ model }}
where cityHash64(tuple({{ columns | join(', ') }})) in (
    select cityHash64(tuple({{ columns | join(', ') }})) as grain
    from {{ model }}
    group by grain
    having count() > 1
)
group by {{ columns | join(', ') }}
having rows > 1
{% endtest %}
