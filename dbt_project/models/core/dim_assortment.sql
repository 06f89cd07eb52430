{{ config(order_by=['source', 'store_id', 'product_id', 'valid_from']) }}

with assortment as (

    select * from {{ ref('stg_events__assortment') }}

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

{{ versions('assortment', ['location_id', 'product_id'], [
    'is_ranged', 'supply_source_id', 'minimum_presentation', 'shelf_capacity'
]) }}

select
    -- ids
    cast(
        {{ surrogate_key(['versions.source', 'location_id', 'product_id', 'valid_from']) }} as Int64
    ) as assortment_key,
    cast(versions.source as LowCardinality(String)) as source,
    cast(location_id as LowCardinality(String)) as store_id,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(ifNull(supply_source_id, '') as LowCardinality(String)) as supply_source_id,

    -- numerics
    cast(ifNull(minimum_presentation, 0) as Decimal(18, 3)) as minimum_presentation_units,
    cast(shelf_capacity as Nullable(Decimal(18, 3))) as shelf_capacity_units,

    -- booleans
    cast(is_ranged as Bool) as is_ranged,
    cast(sources.as_of >= valid_from and sources.as_of < valid_to as Bool) as is_current,

    -- timestamps
    cast(valid_from as DateTime64(3, 'UTC')) as valid_from,
    cast(valid_to as DateTime64(3, 'UTC')) as valid_to
from versions
inner join sources on versions.source = sources.source
