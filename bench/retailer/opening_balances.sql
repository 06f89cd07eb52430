select toDateTime('2024-11-01 00:00:00', 'UTC') as at, toJSONString(cast((
    concat('b', toString(number)), 'opening_balance', 1, '2024-11-01T00:00:00.000Z', 'bench',
    concat('S', toString(intDiv(number, {products}))), concat('P', toString(number % {products})), '18'
), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String,
    location_id String, product_id String, quantity String)')) as payload
from numbers({stores} * {products})
