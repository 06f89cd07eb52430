"""A shop's days in a real Kafka, disturbed: copies, shuffling, delay, lines told again, damage; and their law."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from clickhouse_connect.driver.client import Client
from confluent_kafka import Consumer, Producer, TopicPartition

from contracts.events import CATALOG, SALES
from contracts.settings import Settings
from contracts.tables import RAW_TABLES
from spark_jobs.live_edge import first_minute

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SALE = {
    "event_id": "a",
    "event_type": "sale",
    "schema_version": 1,
    "event_time": "2026-03-02T12:00:00.123Z",
    "source": "s",
    "store_id": "S1",
    "business_date": "2026-03-02",
    "transaction_id": "T",
    "line_number": 1,
    "register_id": "R1",
    "product_id": "P",
    "line_type": "merchandise",
    "quantity": "2.5",
    "unit_price": "1.999",
    "discount_amount": "0.01",
    "tax_amount": "0",
    "currency": "GBP",
    "channel": "store",
}
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = 60  # so that some of it is before the edge
Message = tuple[str, bytes, bytes]  # topic, value, key

# Distinct valid events of every window in raw, beside what the windows and the late events say; rows that differ.
LAW = """
with distinct_events as (
    select source, store_id, event_id, toStartOfMinute(event_time) as minute
    from raw.raw_sales_events where _error = '' and event_type in ('sale', 'return')
    group by all
), expected as (
    select source, store_id, missed.1 as window_minutes, missed.2 as slide_minutes, missed.3 as at, count() as events
    from (select *, arrayJoin(arrayConcat([(1, 1, minute), (5, 5, toStartOfFiveMinutes(minute))],
        arrayMap(n -> (5, 1, subtractMinutes(minute, n)), range(5)))) as missed from distinct_events)
    where at >= fromUnixTimestamp64Milli({edge:Int64}) group by all
), told as (
    select source, store_id, window_minutes, slide_minutes, window_starts_at as at,
        toInt64(sum(events)) as counted, toInt64(sum(late_events)) as late
    from staging.stg_realtime__sales_metrics
    where grain = {grain:String} and at >= fromUnixTimestamp64Milli({edge:Int64}) group by all
)
select store_id, window_minutes, slide_minutes, at, toInt64(events) as raw_events, counted, late
from expected full join told using (source, store_id, window_minutes, slide_minutes, at)
where raw_events != counted + late order by all
"""
# Revenue of the minutes without late events, from raw: each ticket line once.
MONEY = """
with lines as (
    select source, store_id, toStartOfMinute(event_time) as at, transaction_id, line_number, event_type,
        min(if(event_type = 'return', -1, 1)
            * round(toDecimal128(quantity, 3) * unit_price - discount_amount, 4)) as net
    from raw.raw_sales_events where _error = '' and event_type in ('sale', 'return') and line_type = 'merchandise'
    group by all
), expected as (
    select source, store_id, at, sum(net) as net, uniqExactIf(transaction_id, event_type = 'sale') as tickets
    from lines group by all
)
select store_id, at, net, revenue, told.tickets
from expected inner join staging.stg_realtime__sales_metrics as told
    on expected.source = told.source and expected.store_id = told.store_id and at = window_starts_at
where grain = 'store' and window_minutes = 1 and late_events = 0
    and (toDecimal128(net, 4) != toDecimal128(revenue, 4) or expected.tickets != told.tickets)
"""


def broken_windows(client: Client, grain: str) -> list[tuple]:
    """Windows from the edge on for which the law does not hold."""
    parameters = {"edge": first_minute(client) * 60_000, "grain": grain}
    return client.query(LAW, parameters=parameters, settings={"join_use_nulls": 0}).result_rows


def disturbed_log(count: int, seed: int) -> list[Message]:
    """Lines of three stores in the order in which they are sent, with their faults; the catalogue first."""
    chance = random.Random(seed)
    log: list[tuple[timedelta, Message]] = []
    for number in range(count):
        line = _line(chance, number)
        key = f"{line['store_id']}:{line['transaction_id']}".encode()
        for event, damage in _sent(line, chance):
            value = json.dumps(event).encode()[: -3 if damage else None]
            log.append((timedelta(minutes=line["minute"] + _delay(chance)), (SALES, value, key)))
    return [_product(number) for number in range(4)] + [message for _, message in sorted(log, key=lambda each: each[0])]


def _line(chance: random.Random, number: int) -> dict:
    minute = chance.uniform(0, HOURS * 60)
    store, till = f"S{chance.randrange(3)}", chance.randrange(3)
    event = {
        "event_id": f"e{number}",
        "event_type": "sale",
        "schema_version": 1,
        "event_time": _text(BEGIN + timedelta(minutes=minute)),
        "source": "lab",
        "store_id": store,
        "business_date": "2026-03-01",
        "transaction_id": f"T{number // 2}",
        "line_number": number % 2 + 1,
        "register_id": f"{store}-R{till}",
        "product_id": f"P{chance.randrange(5)}",
        "line_type": chance.choice(["merchandise"] * 9 + ["service"]),
        "quantity": str(chance.randint(1, 9)),
        "unit_price": f"{chance.randint(1, 99999) / 1000:.3f}",
        "discount_amount": f"{chance.randint(0, 9) / 10:.1f}",
        "tax_amount": "0",
        "currency": "GBP",
        "channel": chance.choice(["store", "online"]),
        "minute": minute,
    }
    if chance.random() < 0.05:
        event |= {"event_type": "return", "reason": "unreferenced", "disposition": "resell"}
    return event


def _sent(line: dict, chance: random.Random) -> list[tuple[dict, bool]]:
    sent = [(line, False)]
    if chance.random() < 0.1:
        sent.append((line, False))
    if chance.random() < 0.05:
        sent.append((line | {"event_id": line["event_id"] + "-again"}, False))
    if chance.random() < 0.02:
        sent.append((line, True))
    return sent


def _delay(chance: random.Random) -> float:
    """Minutes on the way: mostly few, sometimes hours, rarely more than a day."""
    kind = chance.random()
    return chance.uniform(0, 3 if kind < 0.7 else 60 if kind < 0.95 else 1800)


def _product(number: int) -> Message:
    event = {
        "event_id": f"p{number}",
        "event_type": "product",
        "schema_version": 1,
        "event_time": _text(BEGIN),
        "valid_from": _text(BEGIN),
        "source": "lab",
        "product_id": f"P{number}",
        "product_name": f"Product {number}",
        "category": "Tea" if number % 2 else "Ham",
        "line_type": "merchandise",
        "status": "active",
    }
    return CATALOG, json.dumps(event).encode(), f"product:P{number}".encode()


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def produce(settings: Settings, messages: Sequence[Message]) -> None:
    """Send in this order."""
    producer = Producer({"bootstrap.servers": settings.kafka_bootstrap, "linger.ms": 5})
    for topic, value, key in messages:
        producer.produce(topic, value, key=key)
        producer.poll(0)
    assert producer.flush(60) == 0


def land(settings: Settings, client: Client) -> None:
    """Raw anew from all that Kafka holds, without a Spark session."""
    consumer = Consumer({"bootstrap.servers": settings.kafka_bootstrap, "group.id": "live-lab"})
    topics = consumer.list_topics(timeout=10).topics
    partitions = [TopicPartition(name, number, 0) for name in RAW_TABLES for number in topics[name].partitions]
    left = sum(consumer.get_watermark_offsets(partition, timeout=10)[1] for partition in partitions)
    consumer.assign(partitions)
    rows: dict[str, list[tuple]] = {name: [] for name in RAW_TABLES}
    while sum(map(len, rows.values())) < left:
        for message in consumer.consume(10_000, timeout=5):
            sent_at = datetime.fromtimestamp(message.timestamp()[1] / 1000, UTC)
            rows[message.topic()].append(
                (message.topic(), message.partition(), message.offset(), sent_at, message.value() or b"")
            )
    consumer.close()
    columns = ["_topic", "_partition", "_offset", "_kafka_timestamp", "payload"]
    for topic, table in RAW_TABLES.items():
        client.command(f"TRUNCATE TABLE {table}")
        if rows[topic]:
            client.insert(table, rows[topic], column_names=columns)
