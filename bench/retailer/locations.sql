select toDateTime('2024-10-01 00:00:00', 'UTC') as at, toJSONString(cast((
    concat('l', toString(number)), 'location', 1, '2024-10-01T00:00:00.000Z', 'bench', '2024-10-01T00:00:00.000Z',
    concat('S', toString(number)), concat('Store ', toString(number)), 'store', 'Europe/London', 'GBP', 'North', '08:00', '20:00'
), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String, valid_from String,
    location_id String, location_name String, location_type String, time_zone String, currency String, region String,
    opens_at String, closes_at String)')) as payload
from numbers({stores})
