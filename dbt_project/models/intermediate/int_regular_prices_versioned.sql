{{ config(materialized='table', order_by=['source', 'store_id', 'product_id', 'valid_from']) }}

-- '' as store: the price wherever no store has one of its own.

with prices as (

    select *, ifNull(location_id, '') as store_id from {{ ref('stg_events__prices') }}

),

{{ versions('prices', ['store_id', 'product_id'], ['regular_price', 'currency']) }},

regular_prices_versioned as (

    select
        {{ surrogate_key(['source', 'store_id', 'product_id', 'valid_from']) }} as price_key,
        source, store_id, product_id, regular_price, currency, valid_from, valid_to
    from versions

)

select * from regular_prices_versioned
