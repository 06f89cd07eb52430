{{ config(order_by=['source', 'store_id', 'product_id', 'date_key'], tags=['predicted']) }}

with arrays as (

    select * from {{ ref('int_panel_series_arrayed') }}

),

{{ demand_features('arrays', 1260) }}

select * from features
