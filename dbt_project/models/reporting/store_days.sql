select
    -- ids
    cast(source as String) as source,
    cast(concat(source, '|', store_id) as String) as place,
    cast(store_id as String) as store_id,
    cast(date_key as Date) as date_key,

    -- strings
    cast(multiIf(not is_closed, 'not closed', is_complete, 'complete', 'incomplete') as String) as status,

    -- counts
    cast(ifNull(days.control_tickets, 0) as Int64) as control_tickets,
    cast(days.known_tickets as Int64) as known_tickets,

    -- money
    cast(round(ifNull(days.control_net_amount, 0), 2) as Decimal(18, 2)) as control_net_amount,
    cast(round(days.known_net_amount, 2) as Decimal(18, 2)) as known_net_amount,

    -- booleans
    cast(is_closed as Bool) as is_closed,
    cast(is_complete as Bool) as is_complete
from {{ ref('completeness') }} as days
