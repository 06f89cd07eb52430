-- Costs change once, in the middle.
select toDateTime('2024-10-01 00:00:00', 'UTC') as at,
    if(number < {products}, '2024-10-01T00:00:00.000Z', '2025-11-01T00:00:00.000Z') as valid_from,
    toJSONString(cast((
        concat('t', toString(number)), 'supplier_product', 1, '2024-10-01T00:00:00.000Z', 'bench', valid_from,
        concat('V', toString(number % 20)), concat('P', toString(number % {products})), '6', 5,
        toString(toDecimal64((1 + number % 20) / if(number < {products}, 2., 1.9), 4)), 'GBP', '1,3,5'
    ), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String,
        valid_from String, supplier_id String, product_id String, pack_size String, quoted_lead_time_days Int32,
        unit_cost String, currency String, order_weekdays String)')) as payload
from numbers({products} * 2)
