with source as (

    select * from {{ source('ml', 'customer_values') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by made_at desc, run_id desc
    limit 1 by source, customer_id, made_date

),

renamed as (

    select
        -- ids
        run_id,
        source,
        customer_id,

        -- strings
        currency,
        model,

        -- numerics
        chance_alive,
        expected_purchases,
        expected_spend,
        margin_rate,
        discount_rate,
        estimated_value,

        -- dates and timestamps
        made_date,
        made_at

    from source

)

select * from renamed
