-- Customers who are still there
-- How many known customers have not left for good, by the chances that models of value give them, against who has not
-- left in truth; of those who ever bought. Naive: who bought in the last 90 days is there.

with estimates as (

    select customer_id, chance_alive, made_date
    from staging.stg_ml__customer_values
    where source = {source:String}
        and made_date = (select max(made_date) from staging.stg_ml__customer_values where source = {source:String})

),

compared as (

    select
        chance_alive,
        happened.left_date > made_date as is_there,
        ifNull(dateDiff('day', known.last_purchase_date, made_date) <= 90, false) as has_bought_lately
    from estimates
    inner join truth.customers as happened on estimates.customer_id = happened.customer_id
    inner join kpi.mart_customers as known on estimates.customer_id = known.customer_id
    where happened.source = {source:String} and known.source = {source:String}

)

select
    'all' as part,
    'customers still there' as measure,
    sum(chance_alive) as inferred,
    toFloat64(countIf(is_there)) as truth,
    inferred / nullIf(truth, 0) - 1 as relative_error,
    toFloat64(countIf(has_bought_lately)) / nullIf(truth, 0) - 1 as naive,
    cast(0.15 as Nullable(Float64)) as aim
from compared
having truth > 0
