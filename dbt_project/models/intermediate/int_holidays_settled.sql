with holidays_settled as (

    select source, region, holiday_date, holiday_name, is_closed
    from {{ ref('stg_events__holidays') }}
    order by valid_from desc, said_at desc, event_id desc
    limit 1 by source, region, holiday_date

)

select * from holidays_settled
