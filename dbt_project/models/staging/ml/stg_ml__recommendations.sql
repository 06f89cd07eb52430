with source as (

    select * from {{ source('ml', 'recommendations') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by made_at desc, run_id desc
    limit 1 by source, store_id, product_id, made_date

),

renamed as (

    select
        -- ids
        run_id,
        source,
        store_id,
        product_id,

        -- strings
        policy,
        driver,
        parameters,
        reason,

        -- numerics
        service_level,
        safety_stock_units,
        reorder_point_units,
        order_up_to_units,

        -- dates and timestamps
        made_date,
        made_at

    from source

)

select * from renamed
