{#- Rows for which a rule is not true. -#}
{% test holds(model, rule) %}
select *
from {{ model }}
where not ifNull({{ rule }}, false)
limit 100
{% endtest %}
