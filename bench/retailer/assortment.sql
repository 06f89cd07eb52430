select toDateTime('2024-10-01 00:00:00', 'UTC') as at, toJSONString(cast((
    concat('a', toString(number)), 'assortment', 1, '2024-10-01T00:00:00.000Z', 'bench', '2024-10-01T00:00:00.000Z',
    concat('S', toString(intDiv(number, {products}))), concat('P', toString(number % {products})), true,
    concat('V', toString(number % {products} % 20))
), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String, valid_from String,
    location_id String, product_id String, is_ranged Bool, supply_source_id String)')) as payload
from numbers({stores} * {products})
