{{ config(order_by=['source', 'supplier_id', 'valid_from']) }}

with suppliers as (

    select * from {{ ref('stg_events__suppliers') }}

),

stores as (

    select * from {{ ref('dim_store') }} where source != ''

),

supply_sources as (

    select distinct source, supply_source_id from {{ ref('stg_events__purchase_order_events') }}
    union distinct
    select distinct source, supply_source_id from {{ ref('dim_assortment') }}

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

{{ versions('suppliers', ['supplier_id'], ['supplier_name', 'country']) }},

suppliers_versioned as (

    select
        {{ surrogate_key(['source', 'supplier_id', 'valid_from']) }} as supplier_key,
        versions.* except (source),
        versions.source as source,
        sources.as_of >= valid_from and sources.as_of < valid_to as is_current,
        false as is_own_depot
    from versions
    inner join sources on versions.source = sources.source

),

-- A location of ours that others order from; an id that is both means the supplier.
depots as (

    select
        store_key as supplier_key, store_id as supplier_id, store_name as supplier_name, country,
        valid_from, valid_to, source, is_current, true as is_own_depot
    from stores
    where (source, store_id) in (select source, supply_source_id from supply_sources)
        and (source, store_id) not in (select source, supplier_id from suppliers)

),

unknown as (

    select
        0 as supplier_key, '' as supplier_id, 'Unknown supplier' as supplier_name, null as country,
        {{ beginning_of_time() }} as valid_from, {{ end_of_time() }} as valid_to, '' as source, true as is_current,
        false as is_own_depot

),

suppliers_and_unknown as (

    select * from suppliers_versioned
    union all
    select * from depots
    union all
    select * from unknown

)

select
    -- ids
    cast(supplier_key as Int64) as supplier_key,
    cast(source as LowCardinality(String)) as source,
    cast(supplier_id as LowCardinality(String)) as supplier_id,

    -- strings
    cast(supplier_name as String) as supplier_name,
    cast(ifNull(country, 'not stated') as LowCardinality(String)) as country,

    -- booleans
    cast(is_own_depot as Bool) as is_own_depot,
    cast(is_current as Bool) as is_current,

    -- timestamps
    cast(valid_from as DateTime64(3, 'UTC')) as valid_from,
    cast(valid_to as DateTime64(3, 'UTC')) as valid_to
from suppliers_and_unknown
