{{ config(tags=['predicted']) }}

with source as (

    select * from {{ source('ml', 'panels') }}
    -- Of several rows with one key the newest counts, merged or not.
    order by loaded_at desc, units desc
    limit 1 by source, series_id, date_key

),

renamed as (

    select
        -- ids
        source,
        series_id,

        -- numerics
        units,

        -- dates and timestamps
        date_key,
        loaded_at

    from source

)

select * from renamed
