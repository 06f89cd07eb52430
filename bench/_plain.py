"""What one would write without Spark: a librdkafka consumer, and INSERT … FORMAT JSONEachRow now and then.

No checkpoint, no fence, no look at what is there: it loses or doubles events when it dies.
`python -m bench._plain COUNT raw|typed|none` prints events/s: into a table like raw (the payload as a string,
judged and typed by the same rules), into typed columns alone (the payload is the row), or into nothing.
"""

import sys
import time
from collections.abc import Iterator

import orjson
from clickhouse_connect.driver.client import Client
from confluent_kafka import Consumer, TopicPartition

from contracts.events import SALES
from contracts.settings import Settings, load_settings
from contracts.tables import RAW_TABLES
from warehouse.client import connect
from warehouse.raw_tables import fields, raw_table

BATCH = 100_000
TABLE = "batch.plain"


def messages(settings: Settings, count: int) -> Iterator[list]:
    """Lists of messages, `count` in all."""
    consumer = Consumer(
        {"bootstrap.servers": settings.kafka_bootstrap, "group.id": "plain", "queued.max.messages.kbytes": 262_144}
    )
    consumer.assign([TopicPartition(SALES, number, 0) for number in range(settings.kafka_sales_partitions)])
    while count > 0:
        batch = consumer.consume(min(BATCH, count), timeout=1)
        count -= len(batch)
        yield batch
    consumer.close()


def make_table(client: Client, kind: str) -> None:
    """An empty table of the kind."""
    client.command(f"DROP TABLE IF EXISTS {TABLE} SYNC")
    if kind == "raw":
        client.command(raw_table(SALES).replace(RAW_TABLES[SALES], TABLE))
    elif kind == "typed":
        columns = ", ".join(f"{name} Nullable({_plain(kind.sql_type)})" for name, kind in fields(SALES).items())
        client.command(f"CREATE TABLE {TABLE} ({columns}) ENGINE = MergeTree ORDER BY tuple()")


def _plain(sql_type: str) -> str:
    return sql_type.removeprefix("LowCardinality(").removesuffix(")") if "LowC" in sql_type else sql_type


def insert(client: Client, kind: str, batch: list) -> None:
    """One INSERT of the whole batch."""
    if kind != "none" and batch:
        body = b"\n".join(map(_raw_row, batch) if kind == "raw" else [message.value() for message in batch])
        settings = {"date_time_input_format": "best_effort", "input_format_skip_unknown_fields": 1}
        client.raw_insert(TABLE, None, body, fmt="JSONEachRow", settings=settings)


def _raw_row(message) -> bytes:
    return orjson.dumps(
        {
            "_topic": SALES,
            "_partition": message.partition(),
            "_offset": message.offset(),
            "_kafka_timestamp": message.timestamp()[1],
            "payload": message.value().decode(),
        }
    )


def main() -> int:
    """Print the rate."""
    count, kind, settings = int(sys.argv[1]), sys.argv[2], load_settings()
    client = connect(settings)
    make_table(client, kind)
    started = time.perf_counter()
    for batch in messages(settings, count):
        insert(client, kind, batch)
    print(count / (time.perf_counter() - started))
    return 0


if __name__ == "__main__":
    sys.exit(main())
