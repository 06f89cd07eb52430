with source as (

    select * from {{ source('realtime', 'realtime_stock') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by written_at desc, moved_at desc
    limit 1 by source, store_id, product_id

),

renamed as (

    select
        -- ids
        source,
        store_id,
        product_id,

        -- numerics
        units_on_hand,
        units_on_order,
        estimated_units_per_day,
        estimated_days_of_cover,
        estimated_turnover,

        -- dates and timestamps
        counted_at,
        moved_at,
        evaluated_at,
        written_at

    from source

)

select * from renamed
