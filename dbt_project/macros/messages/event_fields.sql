{#- Fields of a topic's events besides the envelope, as the contract names them. -#}
{% macro event_fields(topic) %}
    {{ return({
        'sales': [
            'store_id', 'business_date', 'transaction_id', 'line_number', 'register_id', 'product_id', 'line_type',
            'customer_id', 'quantity', 'unit_price', 'regular_price', 'discount_amount', 'tax_amount', 'currency',
            'promotion_id', 'payment_method', 'channel', 'fulfilment_location_id', 'returned_transaction_id',
            'returned_line_number', 'reason', 'disposition', 'ticket_count', 'net_total'
        ],
        'inventory': [
            'location_id', 'product_id', 'quantity', 'unit_cost', 'supplier_id', 'purchase_order_id',
            'purchase_order_line', 'lot_id', 'expiry_date', 'transfer_id', 'counterpart_location_id', 'reason',
            'supply_source_id', 'pack_size', 'promised_date', 'count_id', 'scope', 'counted_at', 'snapshot_at'
        ],
        'catalog': [
            'valid_from', 'product_id', 'product_name', 'gtin', 'department', 'category', 'brand', 'unit', 'pack_size',
            'line_type', 'status', 'launch_date', 'last_order_date', 'shelf_life_days', 'like_product_id',
            'location_id', 'location_name', 'location_type', 'time_zone', 'currency', 'country', 'region', 'city',
            'floor_area_m2', 'opens_at', 'closes_at', 'open_weekdays', 'opened_date', 'closed_date', 'is_ranged',
            'supply_source_id', 'minimum_presentation', 'shelf_capacity', 'supplier_id', 'supplier_name',
            'minimum_order_quantity', 'quoted_lead_time_days', 'unit_cost', 'order_weekdays', 'delivery_weekdays',
            'minimum_order_value', 'regular_price', 'promotion_id', 'promotion_name', 'promotion_type', 'starts_on',
            'ends_on', 'discount_rate', 'customer_id', 'customer_name', 'email', 'home_store_id', 'joined_date',
            'holiday_date', 'holiday_name', 'is_closed', 'currency_from', 'currency_to', 'rate'
        ]
    }[topic]) }}
{% endmacro %}
