{#- Pairs that do not have exactly one row for every day from the first one tracked to their location's last one. The
    days are counted, which says so where the grain is unique. -#}
{% test days_complete(model, pairs, days) %}
with last_days as (

    select source, store_id, max(date_key) as last_day
    from {{ days }}
    group by source, store_id

),

days_expected as (

    select
        source, store_id, product_id, tracked_from as first_day, last_day,
        dateDiff('day', first_day, last_day) + 1 as days
    from {{ pairs }}
    inner join last_days using (source, store_id)
    where first_day <= last_day

),

days_found as (

    select source, store_id, product_id, min(date_key) as first_day, max(date_key) as last_day, count() as days
    from {{ model }}
    group by source, store_id, product_id

)

select *
from days_expected
full outer join days_found using (source, store_id, product_id)
where not ifNull(
    days_expected.first_day = days_found.first_day
    and days_expected.last_day = days_found.last_day
    and days_expected.days = days_found.days,
    false
)
limit 100
{% endtest %}
