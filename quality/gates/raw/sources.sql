-- One row per topic and source with messages in the batch that keep their contract: whether what it lets through can be
-- true. A store's business day is at most a day away from the day in UTC, and a night shift may add one.
select
    topic,
    source,
    count() as messages,
    countIf(event_at > addHours(arrived_at, 1)) / messages as ahead_share,
    countIf(ifNull(abs(dateDiff('day', toDate32(event_at), business_date)) > 2, false)) / messages as misdated_share,
    toInt32(toYear(min(event_at))) as first_year,
    ifNull(max(abs(toFloat64(quantity))), 0) as largest_quantity,
    ifNull(max(abs(toFloat64(price))), 0) as highest_price
from batch
where reason = ''
group by topic, source
order by topic, source
