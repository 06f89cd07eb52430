{{ config(tags=['predicted']) }}

with releases as (

    select *, max(releases.acted_at) over (partition by source) as last_acted_at
    from {{ ref('stg_ml__releases') }} as releases

),

serving_ids as (

    select distinct source, serving_release_id as release_id, true as is_serving
    from releases
    where acted_at = last_acted_at

)

select
    -- ids
    cast(source as String) as source,
    cast(release_id as String) as release_id,
    cast(serving_release_id as String) as serving_release_id,

    -- strings
    cast(action as String) as action,
    cast(demand_class as String) as demand_class,
    cast(model as String) as model,
    cast(serving_reason as String) as serving_reason,
    cast(parameters as String) as parameters,
    cast(code_version as String) as code_version,
    cast(location as String) as location,
    cast(acted_by as String) as acted_by,
    cast(acted_reason as String) as acted_reason,

    -- booleans
    cast(ifNull(is_serving, false) as Bool) as is_serving,
    cast(is_pinned as Bool) as is_pinned,

    -- dates and timestamps
    cast(trained_from as Date) as trained_from,
    cast(trained_to as Date) as trained_to,
    cast(toDateTime(acted_at, 'UTC') as DateTime('UTC')) as acted_at
from releases
left join serving_ids using (source, release_id)
