{{ config(order_by=['source', 'store_id', 'product_id', 'date_key'], tags=['estimated']) }}

with arrays as (

    select * from {{ ref('int_demand_series_arrayed') }}

),

{{ demand_features('arrays', 756) }}

select * from features
