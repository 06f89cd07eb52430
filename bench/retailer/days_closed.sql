select max(event_time) as at, toJSONString(cast((
    concat('d', store_id, toString(business_date)), 'store_day_closed', 1,
    formatDateTime(at, '%Y-%m-%dT%H:%i:%S.000Z'), 'bench', toString(store_id), toString(business_date),
    toInt32(uniqExact(transaction_id)), toString(sum(quantity * unit_price)), 'GBP'
), 'Tuple(event_id String, event_type String, schema_version UInt8, event_time String, source String, store_id String,
    business_date String, ticket_count Int32, net_total String, currency String)')) as payload
from raw.raw_sales_events
where event_type = 'sale'
group by store_id, business_date
