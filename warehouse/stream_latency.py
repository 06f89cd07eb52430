"""How long events take from Kafka to the end of the batch that took them, by minute, measured by the warehouse."""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.tables import RAW_TABLES, STREAM_LATENCY, STREAM_OFFSETS

LOOK_BACK = timedelta(minutes=3)  # landing may be behind another stream; a minute measured again replaces itself
SAMPLE = 500_000  # events of a stream and topic that are looked at, of more every n-th offset


class Latency:
    """Knows which offsets the batches of the last minutes took, so that little of raw is read."""

    def __init__(self) -> None:
        self._spans: deque[Mapping[str, Any]] = deque()

    def add(self, spans: Iterable[Mapping[str, Any]]) -> None:
        """Take in rows of `monitoring.stream_offsets`."""
        self._spans.extend(spans)

    def measure(self, client: Client, now: datetime) -> None:
        """Measure the minutes that are over. The rows of their batches must be written before."""
        until = now.replace(second=0, microsecond=0)
        since = until - LOOK_BACK
        while self._spans and self._spans[0]["finished_at"] < since:
            self._spans.popleft()
        over = [span for span in self._spans if since <= span["finished_at"] < until]
        for stream, topic in sorted({(span["stream"], span["topic"]) for span in over}):
            mine = [span for span in over if (span["stream"], span["topic"]) == (stream, topic)]
            bounds = {"stream": stream, "since": int(since.timestamp()), "until": int(until.timestamp())}
            client.command(statement(topic, mine), bounds)


def statement(topic: str, spans: Iterable[Mapping[str, Any]]) -> str:
    """INSERT of the minutes of one stream and topic; `spans` are what its batches took in that time."""
    lowest: dict[int, int] = {}
    events = 0
    for span in spans:
        number, first = span["partition"], span["from_offset"]
        lowest[number] = min(first, lowest.get(number, first))
        events += span["to_offset"] - first
    places = " OR ".join(f"(_partition = {number} AND _offset >= {first})" for number, first in sorted(lowest.items()))
    every = max(1, -(-events // SAMPLE))
    return f"""\
INSERT INTO {STREAM_LATENCY} (stream, topic, minute_at, events, p50_seconds, p95_seconds, p99_seconds, measured_at)
SELECT {{stream:String}}, '{topic}', minute_at, count() * {every}, quantileExact(0.5)(seconds),
    quantileExact(0.95)(seconds), quantileExact(0.99)(seconds), now64(3, 'UTC')
FROM (
    SELECT toStartOfMinute(spans.finished_at) AS minute_at,
        greatest(dateDiff('millisecond', raw._kafka_timestamp, spans.finished_at), 0) / 1000 AS seconds
    FROM (
        SELECT _partition, _offset, _kafka_timestamp FROM {RAW_TABLES[topic]}
        WHERE _topic = '{topic}' AND ({places}) AND _offset % {every} = 0
    ) AS raw
    ASOF INNER JOIN (
        SELECT partition, from_offset, to_offset, finished_at FROM {STREAM_OFFSETS}
        WHERE stream = {{stream:String}} AND topic = '{topic}'
            AND finished_at >= toDateTime({{since:UInt32}}, 'UTC') AND finished_at < toDateTime({{until:UInt32}}, 'UTC')
    ) AS spans ON raw._partition = spans.partition AND raw._offset >= spans.from_offset
    WHERE raw._offset < spans.to_offset
)
GROUP BY minute_at"""
