-- Root causes
-- Days, locations and products that lost a sale in truth: whether the episode that covers the day was given the cause
-- the simulator had. Naive: the commonest true cause for all.
-- The first 70 days of a history are left out.

select * from (
    select
        'all' as part,
        'days given the right cause' as measure,
        toFloat64(countIf(judged.inferred_cause = true_cause)) as inferred,
        toFloat64(count()) as truth,
        inferred / nullIf(truth, 0) as share,
        (select max(days) from (select count() as days from judged group by true_cause)) / nullIf(truth, 0) as naive,
        cast(null as Nullable(Float64)) as aim
    from judged

    union all

    select
        'all', 'units lost on days given the right cause',
        sumIf(lost_units, judged.inferred_cause = true_cause) as right_units, sum(lost_units) as units,
        right_units / nullIf(units, 0),
        (select max(units) from (select sum(lost_units) as units from judged group by true_cause)) / nullIf(units, 0),
        null
    from judged

    union all

    select
        'found', 'days given the right cause, of those with an episode',
        countIf(judged.inferred_cause = true_cause) as right_days, countIf(judged.inferred_cause != 'not found')
            as found_days,
        right_days / nullIf(found_days, 0), null, null
    from judged

    union all

    select
        concat('truth: ', true_cause), 'days given the right cause',
        countIf(judged.inferred_cause = true_cause) as right_days, count() as true_days, right_days / true_days, null,
        null
    from judged
    group by true_cause
)
order by part
