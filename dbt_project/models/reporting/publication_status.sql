with sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

publications as (

    select * from {{ ref('stg_quality__publications') }}

),

sources_published as (

    select
        sources.source as source, status, reason, status_since, checked_at,
        publications.as_of as published_as_of,
        sources.as_of as shown_as_of
    from sources
    left join publications on sources.source = publications.source

)

select
    -- ids
    cast(source as String) as source,

    -- strings
    cast(ifNull(status, 'not checked') as String) as status,
    cast(ifNull(reason, '') as String) as reason,

    -- flags, 1 or 0
    cast(ifNull(status, '') != 'ok' as Int64) as is_amber,

    -- timestamps
    cast(ifNull(published_as_of, shown_as_of) as DateTime('UTC')) as published_as_of,
    cast(shown_as_of as DateTime('UTC')) as shown_as_of,
    cast(ifNull(status_since, toDateTime64(0, 3, 'UTC')) as DateTime('UTC')) as status_since,
    cast(ifNull(checked_at, toDateTime64(0, 3, 'UTC')) as DateTime('UTC')) as checked_at
from sources_published
