with losses as (

    select
        source, store_id, product_id, date_key, store_key, product_key,
        'unknown' as loss_type, net_loss_units as lost_units, net_loss_amount as loss_amount, cost_unknown_units
    from {{ ref('mart_shrinkage') }}
    where net_loss_units != 0

    union all

    select
        source, store_id, product_id, date_key, store_key, product_key,
        loss_type, lost_units, loss_amount, cost_unknown_units
    from {{ ref('mart_known_losses_daily') }}

),

stores as (

    select store_key, store_name from {{ ref('dim_store') }}

),

products as (

    select product_key, product_name, category from {{ ref('dim_product') }}

)

select
    -- keys of the dimensions
    cast(date_key as Date) as loss_date,
    store_key,
    product_key,

    -- ids
    cast(source as String) as source,
    cast(store_id as String) as store_id,
    cast(product_id as String) as product_id,

    -- strings
    cast(assumeNotNull(store_name) as String) as store_name,
    cast(assumeNotNull(product_name) as String) as product_name,
    cast(assumeNotNull(category) as String) as category,
    cast(loss_type as String) as loss_type,

    -- units
    lost_units,
    cost_unknown_units,

    -- money
    cast(loss_amount as Decimal(18, 4)) as loss_amount,

    -- booleans
    cast(loss_type != 'unknown' as Bool) as is_known_loss
from losses
inner join stores using (store_key)
inner join products using (product_key)
