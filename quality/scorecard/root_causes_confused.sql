-- Root causes, what was taken for what
-- A row per true cause: days on which a location and product lost a sale, by the cause that the warehouse gives.

select
    true_cause as truth,
    count() as days,
    countIf(judged.inferred_cause = 'not ordered') as `not ordered`,
    countIf(judged.inferred_cause = 'ordered late') as `ordered late`,
    countIf(judged.inferred_cause = 'supplier short') as `supplier short`,
    countIf(judged.inferred_cause = 'supplier late') as `supplier late`,
    countIf(judged.inferred_cause = 'dc short') as `DC short`,
    countIf(judged.inferred_cause = 'forecast too low') as `forecast too low`,
    countIf(judged.inferred_cause = 'promotion under ordered') as `promotion under-ordered`,
    countIf(judged.inferred_cause = 'phantom stock') as `phantom stock`,
    countIf(judged.inferred_cause = 'parameters') as `parameters`,
    countIf(judged.inferred_cause = 'new item') as `new item`,
    countIf(judged.inferred_cause = 'not found') as `not found`
from judged
group by true_cause
order by days desc
