-- Tickets of four lines; six in ten by a known customer. `{at}` says when line `number` was sold.
with intDiv(number, 4) as ticket, concat('S', toString(cityHash64('store', ticket) % {stores})) as store,
    cityHash64('product', number) % {products} as product, {at} as at
select at, toJSONString(cast((
    concat('s', toString(number)), 'sale', 1, formatDateTime(at, '%Y-%m-%dT%H:%i:%S.000Z'), 'bench', store,
    toString(toDate(at)), concat('T', toString(ticket)), concat(store, '-1'), toInt32(number % 4 + 1),
    concat('P', toString(product)), 'merchandise',
    if(cityHash64('known', ticket) % 10 < 6, concat('C', toString(cityHash64('customer', ticket) % 20000)), 'walk-in'),
    toString(1 + (cityHash64('two', number) % 12 = 0)), toString(1 + product % 20), toString(1 + product % 20),
    '0', '0', 'GBP', 'card', 'store'
), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String, store_id String,
    business_date String, transaction_id String, register_id String, line_number Int32, product_id String,
    line_type String, customer_id String, quantity String, unit_price String, regular_price String,
    discount_amount String, tax_amount String, currency String, payment_method String, channel String)')) as payload
from numbers({first}, {count})
