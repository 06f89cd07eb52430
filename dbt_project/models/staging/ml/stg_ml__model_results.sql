with source as (

    select * from {{ source('ml', 'ml_model_results') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by run_at desc, value desc
    limit 1 by source, task, model, demand_class, horizon_week, origin_date, measure, run_id

),

renamed as (

    select
        -- ids
        run_id,
        source,

        -- strings
        task,
        model,
        demand_class,
        measure,
        parameters,
        code_version,

        -- numerics
        horizon_week,
        value,
        observations,
        seed,

        -- booleans
        is_champion,

        -- dates and timestamps
        origin_date,
        trained_from,
        trained_to,
        run_at

    from source

)

select * from renamed
