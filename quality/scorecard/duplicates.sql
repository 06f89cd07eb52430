-- Duplicates removed
-- Copies that the simulator put into the streams, by event id, against those that staging set aside. Scored: copies
-- missed and messages set aside for nothing, as a share of the copies put in. Events of the last 16 days are left out:
-- a late copy may not have come yet.

with settled as (

    select subtractDays(max(business_date), 16) as last_day from truth.demand where source = {source:String}

),

messages as (

    select _topic, event_id, verdict, event_time from staging.stg_events__sales_messages where source = {source:String}
    union all
    select _topic, event_id, verdict, event_time from staging.stg_events__inventory_messages
        where source = {source:String}
    union all
    select _topic, event_id, verdict, event_time from staging.stg_events__catalog_messages
        where source = {source:String}

),

copies as (

    select
        topic, event_id, fault, sum(removed) as removed, sum(injected) as injected
    from (
        select
            toString(_topic) as topic, event_id,
            if(verdict = 'duplicate', 'duplicate_same_id', 'duplicate_new_id') as fault, 1 as removed, 0 as injected
        from messages
        where verdict in ('duplicate', 'duplicate_document') and event_time < (select last_day from settled)

        union all

        select toString(topic), event_id, toString(fault), 0, 1
        from truth.injected_faults
        where source = {source:String} and fault in ('duplicate_same_id', 'duplicate_new_id')
            and starts_at < (select last_day from settled)
    )
    group by topic, event_id, fault

)

select * from (
    select
        'all' as part,
        'copies removed' as measure,
        toFloat64(sum(copies.removed)) as inferred,
        toFloat64(sum(copies.injected)) as truth,
        sum(abs(toInt64(copies.removed) - toInt64(copies.injected))) / nullIf(truth, 0) as relative_error,
        cast(null as Nullable(Float64)) as naive,
        cast(0 as Nullable(Float64)) as aim
    from copies

    union all

    select
        concat(topic, ', ', if(fault = 'duplicate_same_id', 'same id', 'new id')), 'copies removed',
        sum(copies.removed), sum(copies.injected) as there,
        sum(abs(toInt64(copies.removed) - toInt64(copies.injected))) / nullIf(there, 0), null, 0
    from copies
    group by topic, fault
)
order by part = 'all' desc, part
