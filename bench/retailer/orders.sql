-- Each pair each week, on a weekday of its own: placed, received three days later, closed with the receipt.
with number % ({stores} * {products}) as pair, intDiv(number, {stores} * {products}) as week,
    toDateTime('2024-11-01 06:00:00', 'UTC') + 86400 * (week * 7 + pair % 7) + cityHash64(pair, week) % 3600 as placed_at,
    placed_at + {days_later} * 86400 + {seconds_later} as at,
    toString(4 + cityHash64('units', number) % 4) as units
select at, toJSONString(cast((
    concat('{step}', toString(number)), '{event_type}', 1, formatDateTime(at, '%Y-%m-%dT%H:%i:%S.000Z'), 'bench',
    concat('S', toString(intDiv(pair, {products}))), concat('P', toString(pair % {products})), units,
    concat('PO-', toString(intDiv(pair, {products})), '-', toString(week)), toInt32(pair % {products}),
    concat('V', toString(pair % {products} % 20)), '6',
    toString(toDecimal64((1 + pair % {products} % 20) / 2., 4)), toString(toDate(placed_at) + 3)
), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String,
    location_id String, product_id String, quantity String, purchase_order_id String, purchase_order_line Int32,
    supply_source_id String, pack_size String, unit_cost String, promised_date String)')) as payload
from numbers({stores} * {products} * {weeks})
