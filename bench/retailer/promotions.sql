select toDateTime('2024-10-01 00:00:00', 'UTC') as at, toJSONString(cast((
    concat('o', toString(number)), 'promotion', 1, '2024-10-01T00:00:00.000Z', 'bench', '2024-10-01T00:00:00.000Z',
    concat('promo', toString(number)), concat('Promotion ', toString(number)), 'price_cut',
    concat('P', toString(cityHash64(number) % {products})), toString(addDays(toDate('2024-11-01'), number % 700)),
    toString(addDays(toDate('2024-11-01'), number % 700 + 13)), '0.2'
), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String, valid_from String,
    promotion_id String, promotion_name String, promotion_type String, product_id String, starts_on String,
    ends_on String, discount_rate String)')) as payload
from numbers({products})
