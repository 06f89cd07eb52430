select toDateTime('2024-10-01 00:00:00', 'UTC') as at, toJSONString(cast((
    concat('p', toString(number)), 'product', 1, '2024-10-01T00:00:00.000Z', 'bench', '2024-10-01T00:00:00.000Z',
    concat('P', toString(number)), concat('Product ', toString(number)), concat('Category ', toString(number % 20)),
    'merchandise', 'active', '6'
), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String, valid_from String,
    product_id String, product_name String, category String, line_type String, status String, pack_size String)')) as payload
from numbers({products})
