"""Valid events in bulk, small enough to measure the pipe and not the payload."""

import random
from collections.abc import Callable

from confluent_kafka import Producer

from contracts.events import SALES
from contracts.settings import Settings
from contracts.verdict import verdict

Maker = Callable[[int, random.Random], bytes]


def void(number: int, chance: random.Random) -> bytes:
    """230 bytes: the smallest event of the sales topic."""
    day = f"2026-0{1 + number % 9}-{1 + number % 28:02d}"
    return (
        f'{{"event_id":"v-{number:08d}","event_type":"void","schema_version":1,'
        f'"event_time":"{day}T{number % 24:02d}:{number % 60:02d}:07.000Z","source":"bench",'
        f'"store_id":"S{number % 6:02d}","business_date":"{day}","transaction_id":"T{number // 3:07d}",'
        f'"line_number":{1 + number % 3},"register_id":"R{chance.randrange(4)}"}}'
    ).encode()


def sale(number: int, chance: random.Random) -> bytes:
    """About 390 bytes: a sale line with its required fields only."""
    price = chance.randrange(50, 2000)
    return (
        void(number, chance).replace(b"void", b"sale")[:-1]
        + (
            f',"product_id":"P{chance.randrange(200):04d}","line_type":"merchandise",'
            f'"quantity":"{chance.randrange(1, 5)}",'
            f'"unit_price":"{price / 100:.2f}","discount_amount":"0.00","tax_amount":"{price / 600:.2f}",'
            f'"currency":"EUR","channel":"store"}}'
        ).encode()
    )


def fill(settings: Settings, make: Maker, count: int) -> float:
    """Send so many events evenly to the partitions of the sales topic; mean bytes of one."""
    producer = Producer(
        {"bootstrap.servers": settings.kafka_bootstrap, "linger.ms": 50, "batch.size": 1_000_000, "log_level": 2}
    )
    chance, size = random.Random(1), 0
    assert verdict(SALES, make(0, chance)) == "", "the benchmark's events must be valid"  # noqa: S101
    for number in range(count):
        event = make(number, chance)
        size += len(event)
        while True:
            try:
                producer.produce(SALES, event, partition=number % settings.kafka_sales_partitions)
                break
            except BufferError:
                producer.poll(0.05)
    producer.flush()
    return size / count
