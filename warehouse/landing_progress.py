"""`monitoring.landing_progress`: one row per micro-batch, topic and partition, for people who watch the landing."""

import json
from datetime import datetime
from typing import NamedTuple

from clickhouse_connect.driver.client import Client

TABLE = "monitoring.landing_progress"
DDL = f"""\
CREATE TABLE IF NOT EXISTS {TABLE}
(
    run String,
    batch_id Int64,
    topic LowCardinality(String),
    partition Int32,
    from_offset Int64 COMMENT 'first offset of the batch',
    to_offset Int64 COMMENT 'first offset after the batch',
    seconds Float64 COMMENT 'duration of the whole batch',
    finished_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (finished_at, topic, partition)
TTL toDateTime(finished_at) + INTERVAL 90 DAY"""


class Progress(NamedTuple):
    """A finished micro-batch's share of one partition."""

    run: str
    batch_id: int
    topic: str
    partition: int
    from_offset: int
    to_offset: int
    seconds: float
    finished_at: datetime


def record(client: Client, rows: list[Progress]) -> None:
    """Write the rows."""
    if rows:
        lines = "\n".join(json.dumps(row._asdict(), default=_text) for row in rows)
        client.raw_insert(TABLE, Progress._fields, lines.encode(), fmt="JSONEachRow")


def _text(moment: datetime) -> str:
    return f"{moment:%F %T.%f}"[:-3]
