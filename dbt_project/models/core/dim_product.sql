{{ config(order_by=['source', 'product_id', 'valid_from']) }}

with products as (

    select * from {{ ref('stg_events__products') }}

),

sources as (

    select source, as_of from {{ ref('int_sources_dated') }}

),

{{ versions('products', ['product_id'], [
    'product_name', 'gtin', 'department', 'category', 'brand', 'unit', 'pack_size', 'line_type', 'status',
    'launch_date', 'last_order_date', 'shelf_life_days', 'like_product_id'
]) }},

products_versioned as (

    select
        {{ surrogate_key(['source', 'product_id', 'valid_from']) }} as product_key,
        versions.* except (source),
        versions.source as source,
        sources.as_of >= valid_from and sources.as_of < valid_to as is_current
    from versions
    inner join sources on versions.source = sources.source

),

unknown as (

    select
        0 as product_key, '' as product_id, 'Unknown product' as product_name, null as gtin, null as department,
        null as category, null as brand, null as unit, null as pack_size, 'merchandise' as line_type,
        'active' as status, null as launch_date, null as last_order_date, null as shelf_life_days,
        null as like_product_id, {{ beginning_of_time() }} as valid_from, {{ end_of_time() }} as valid_to,
        '' as source, true as is_current

),

products_and_unknown as (

    select * from products_versioned
    union all
    select * from unknown

)

select
    -- ids
    cast(product_key as Int64) as product_key,
    cast(source as LowCardinality(String)) as source,
    cast(product_id as LowCardinality(String)) as product_id,
    cast(gtin as Nullable(String)) as gtin,
    cast(like_product_id as Nullable(String)) as like_product_id,

    -- strings
    cast(product_name as String) as product_name,
    cast(ifNull(department, 'not stated') as LowCardinality(String)) as department,
    cast(ifNull(category, 'not stated') as LowCardinality(String)) as category,
    cast(ifNull(brand, 'not stated') as LowCardinality(String)) as brand,
    cast(unit as LowCardinality(Nullable(String))) as unit,
    cast(line_type as LowCardinality(String)) as line_type,
    cast(status as LowCardinality(String)) as status,

    -- numerics
    cast(pack_size as Nullable(Decimal(18, 3))) as pack_size,
    cast(shelf_life_days as Nullable(Int32)) as shelf_life_days,

    -- booleans
    cast(is_current as Bool) as is_current,

    -- dates and timestamps
    cast(launch_date as Nullable(Date32)) as launch_date,
    cast(last_order_date as Nullable(Date32)) as last_order_date,
    cast(valid_from as DateTime64(3, 'UTC')) as valid_from,
    cast(valid_to as DateTime64(3, 'UTC')) as valid_to
from products_and_unknown
