with source as (

    select * from {{ source('realtime', 'realtime_inventory_alerts') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by written_at desc, isNotNull(resolved_at) desc, message
    limit 1 by source, alert_id

),

-- Who was the last to take note.
acknowledgements as (

    select source, alert_id, acknowledged_at, acknowledged_by
    from {{ source('realtime', 'alert_acknowledgements') }}
    order by written_at desc, acknowledged_by
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
        ifNull(acknowledged_by, '') as acknowledged_by,

        -- numerics
        units_on_hand,
        threshold_units,
        estimated_money_at_risk,

        -- dates and timestamps
        opened_at,
        acknowledgements.acknowledged_at as acknowledged_at,
        resolved_at,
        written_at

    from source
    left join acknowledgements using (source, alert_id)

)

select * from renamed
