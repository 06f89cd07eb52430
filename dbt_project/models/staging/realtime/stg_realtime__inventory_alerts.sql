with source as (

    select * from {{ source('realtime', 'realtime_inventory_alerts') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by written_at desc, isNotNull(resolved_at) desc, message
    limit 1 by source, alert_id

),

renamed as (

    select
        -- ids
        alert_id,
        source,
        store_id,
        product_id,

        -- strings
        cause,
        severity,
        message,

        -- numerics
        units_on_hand,
        threshold_units,
        estimated_money_at_risk,

        -- dates and timestamps
        opened_at,
        acknowledged_at,
        resolved_at,
        written_at

    from source

)

select * from renamed
