with source as (

    select * from {{ source('ml', 'predictions') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by made_at desc, run_id desc
    limit 1 by source, store_id, product_id, target_date, made_date, model

),

renamed as (

    select
        -- ids
        run_id,
        source,
        store_id,
        product_id,

        -- strings
        model,
        demand_class,

        -- numerics
        horizon_days,
        predicted_units,
        lower_units,
        upper_units,

        -- booleans
        is_champion,

        -- dates and timestamps
        made_date,
        target_date,
        made_at

    from source

)

select * from renamed
