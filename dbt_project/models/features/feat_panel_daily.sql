{{ config(
    order_by=['source', 'store_id', 'product_id', 'date_key'],
    query_settings={'join_use_nulls': 1, 'max_block_size': 128},
    tags=['predicted']
) }}
{# A row is a series of a thousand days in two hundred arrays: few at a time, or the memory is full. #}

with arrays as (

    select * from {{ ref('int_panel_series_arrayed') }}

),

{{ demand_features('arrays', 1260) }}

select * from features
