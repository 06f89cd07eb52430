with source as (

    select * from {{ source('ml', 'releases') }}
    -- Of several rows with one key any counts: they say the same, merged or not.
    order by action, model
    limit 1 by source, acted_at, release_id, demand_class

),

renamed as (

    select
        -- ids
        source,
        release_id,
        serving_release_id,
        run_id,

        -- strings
        action,
        model,
        demand_class,
        serving_reason,
        parameters,
        code_version,
        location,
        acted_by,
        acted_reason,

        -- numerics
        seed,

        -- booleans
        is_pinned,

        -- dates and timestamps
        trained_from,
        trained_to,
        acted_at

    from source

)

select * from renamed
