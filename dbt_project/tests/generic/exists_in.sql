{#- Values that the other model's field does not have. A set, not a join: facts are long and dimensions short. -#}
{% test exists_in(model, column_name, to, field) %}
select distinct {{ column_name }}
from {{ model }}
where isNotNull({{ column_name }})
    and {{ column_name }} not in (select {{ field }} from {{ to }})
{% endtest %}
