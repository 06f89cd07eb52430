with movements as (

    select * from {{ ref('fact_inventory_movements') }}

),

order_receipts_dated as (

    select
        {{ order_line_key() }} as _order_line_key,
        source,
        assumeNotNull(purchase_order_id) as purchase_order_id,
        ifNull(purchase_order_line, 0) as purchase_order_line,
        store_id,
        product_id,
        event_id,
        date_key,
        units,
        stated_unit_cost,
        moved_at as received_at,
        _message_key
    from movements
    -- What a depot of ours sends comes as a transfer.
    where movement_type in ('receipt', 'transfer_in') and isNotNull(movements.purchase_order_id)

)

select * from order_receipts_dated
