with number % ({stores} * {products}) as pair, intDiv(number, {stores} * {products}) as quarter,
    toDateTime('2024-11-01 22:00:00', 'UTC') + 86400 * (quarter * 91 + pair % 91) as at
select at, toJSONString(cast((
    concat('c', toString(number)), 'stock_count', 1, formatDateTime(at, '%Y-%m-%dT%H:%i:%S.000Z'), 'bench',
    concat('S', toString(intDiv(pair, {products}))), concat('P', toString(pair % {products})),
    toString(cityHash64('counted', number) % 15), concat('count-', toString(number)), 'cycle',
    formatDateTime(at, '%Y-%m-%dT%H:%i:%S.000Z')
), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String,
    location_id String, product_id String, quantity String, count_id String, scope String, counted_at String)')) as payload
from numbers({stores} * {products} * intDiv({days}, 91))
