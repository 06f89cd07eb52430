{#- Groups over which two models do not give the same sum; a group that only one of them has must sum to nothing. -#}
{% test sums_agree(model, by, sum, to, to_sum, where='true', to_where='true') %}
select {{ by | join(', ') }}, sum(here) as sum_here, sum(there) as sum_there
from (
    select {{ by | join(', ') }}, {{ sum }} as here, 0 as there from {{ model }} where {{ where }}
    union all
    select {{ by | join(', ') }}, 0, {{ to_sum }} from {{ to }} where {{ to_where }}
)
group by {{ by | join(', ') }}
having sum_here != sum_there
limit 100
{% endtest %}
