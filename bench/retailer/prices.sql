select toDateTime('2024-10-01 00:00:00', 'UTC') as at, toJSONString(cast((
    concat('r', toString(number)), 'price', 1, '2024-10-01T00:00:00.000Z', 'bench', '2024-10-01T00:00:00.000Z',
    concat('P', toString(number)), toString(1 + number % 20), 'GBP'
), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String, valid_from String,
    product_id String, regular_price String, currency String)')) as payload
from numbers({products})
