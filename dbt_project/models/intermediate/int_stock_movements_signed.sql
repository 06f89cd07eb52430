with movements_booked as (

    select * from {{ ref('stg_events__inventory_movements') }} where {{ is_past('moved_at') }}

),

store_days as (

    select source as day_source, store_id as day_store_id, date_key as local_date, starts_at
    from {{ ref('int_store_days_started') }}

),

goods_sold as (

    select *, {{ message_key() }} as _message_key
    from {{ ref('int_ticket_lines_unvoided') }}
    -- What comes back unsaleable does not come back to the stock.
    where line_type = 'merchandise' and (event_type = 'sale' or return_disposition = 'resell')

),

movements_dated as (

    select *, {{ message_key() }} as _message_key
    from movements_booked
    asof left join store_days
        on source = day_source and location_id = day_store_id and moved_at >= starts_at

),

stock_movements_signed as (

    select
        source,
        location_id as store_id,
        product_id,
        movement_type,
        ifNull(local_date, toDate32(moved_at)) as date_key,
        moved_at,
        event_id,
        cast(assumeNotNull(quantity) as Decimal(18, 3)) as units,
        unit_cost,
        reason,
        supplier_id,
        purchase_order_id,
        purchase_order_line,
        transfer_id,
        counterpart_location_id,
        lot_id,
        expiry_date,
        cast(null as Nullable(String)) as transaction_id,
        cast(null as Nullable(Int32)) as line_number,
        _message_key
    from movements_dated

    union all

    select
        source,
        ifNull(fulfilment_location_id, store_id) as store_id,
        product_id,
        event_type as movement_type,
        business_date as date_key,
        sold_at as moved_at,
        event_id,
        cast(if(event_type = 'sale', -quantity, quantity) as Decimal(18, 3)) as units,
        null, null, null, null, null, null, null, null, null,
        transaction_id,
        line_number,
        _message_key
    from goods_sold

)

select * from stock_movements_signed
