"""How the streams are doing, for a glance at a terminal."""

from typing import NamedTuple

from clickhouse_connect.driver.client import Client

from contracts.tables import STREAM_LAG, STREAM_LATENCY, STREAM_PROGRESS


class StreamState(NamedTuple):
    """The last thing a stream said: events it is behind by, events/s of the last minute, seconds since it was heard,
    and the 95th percentile of the latency of the last minute that is measured (None: none was).
    """

    stream: str
    lag: int
    events_per_second: float
    seconds_silent: float
    p95_seconds: float | None


def stream_states(client: Client) -> list[StreamState]:
    """Streams that said something within a day, by name."""
    return [StreamState(*row) for row in client.query(_QUERY).result_rows]


_QUERY = f"""
WITH lags AS (
    SELECT stream, toInt64(sum(last_lag)) AS events_behind, max(last_seen_at) AS heard_at
    FROM (
        SELECT stream, topic, partition, argMax(lag, seen_at) AS last_lag, max(seen_at) AS last_seen_at
        FROM {STREAM_LAG} WHERE seen_at > now() - INTERVAL 1 DAY
        GROUP BY stream, topic, partition
    )
    GROUP BY stream
),
rates AS (
    SELECT stream, sum(input_rows) / 60 AS rate
    FROM {STREAM_PROGRESS} FINAL WHERE finished_at > now() - INTERVAL 1 MINUTE
    GROUP BY stream
),
latencies AS (
    SELECT stream, max(p95_seconds) AS worst_p95
    FROM {STREAM_LATENCY} FINAL WHERE minute_at >= toStartOfMinute(now() - INTERVAL 3 MINUTE)
    GROUP BY stream
)
SELECT stream, events_behind, ifNull(rate, 0.), dateDiff('millisecond', heard_at, now64(3)) / 1000, worst_p95
FROM lags
LEFT JOIN rates USING (stream)
LEFT JOIN latencies USING (stream)
ORDER BY stream
SETTINGS join_use_nulls = 1"""
