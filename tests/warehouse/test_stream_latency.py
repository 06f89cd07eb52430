"""From Kafka's append time to the end of the batch that took the event, by minute, as the engine works it out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from clickhouse_connect.driver.client import Client

from contracts.events import SALES
from contracts.settings import Settings
from contracts.tables import RAW_TABLES, STREAM_LAG, STREAM_LATENCY, STREAM_OFFSETS, STREAM_PROGRESS
from warehouse import stream_latency
from warehouse.client import connect
from warehouse.stream_latency import Latency
from warehouse.stream_state import StreamState, stream_states
from warehouse.written_rows import write_rows

OURS = 7_779  # a partition that no other test writes
# Yesterday's: figures are kept for a month.
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)


@pytest.fixture
def client(running_stack: Settings) -> Iterator[Client]:
    """A warehouse without figures of streams, and with the offsets 0 to 99, that arrived at noon, a second apart."""
    client, raw = connect(running_stack), RAW_TABLES[SALES]
    tables = (STREAM_LATENCY, STREAM_OFFSETS, STREAM_PROGRESS, STREAM_LAG)
    for table in tables:
        client.command(f"TRUNCATE TABLE {table}")
    client.command(
        f"INSERT INTO {raw} (_topic, _partition, _offset, _kafka_timestamp, payload)"
        f" SELECT '{SALES}', {OURS}, number, toDateTime({int(NOON.timestamp())}, 'UTC') + number, '' FROM numbers(100)",
        settings={"insert_deduplication_token": str(uuid4())},  # the same rows come for every test
    )
    yield client
    client.command(f"ALTER TABLE {raw} DELETE WHERE _partition = {OURS}", settings={"mutations_sync": 1})
    for table in tables:
        client.command(f"TRUNCATE TABLE {table}")


def _span(first: int, end: int, second: int, stream: str = "sales") -> dict[str, object]:
    return {
        "stream": stream,
        "run_id": "r",
        "batch_id": first,
        "topic": SALES,
        "partition": OURS,
        "from_offset": first,
        "to_offset": end,
        "finished_at": NOON + timedelta(seconds=second),
    }


def _measure(client: Client, spans: list[dict[str, object]], now: datetime) -> list[tuple]:
    write_rows(client, STREAM_OFFSETS, spans)
    latency = Latency()
    latency.add(spans)
    latency.measure(client, now)
    minute = f"intDiv(toUnixTimestamp(minute_at) - {int(NOON.timestamp())}, 60)"
    columns = f"stream, {minute}, events, p50_seconds, p95_seconds, p99_seconds"
    return client.query(f"SELECT {columns} FROM {STREAM_LATENCY} FINAL ORDER BY 1, 2").result_rows


def test_percentiles_by_minute(client: Client) -> None:
    """Offsets 0 to 9 taken at 12:00:10 waited 10 to 1 s; 10 to 59, at 12:01:10, 60 to 11 s; each in its minute.

    The minute that is not over is left out, and so are offsets between two batches of this stream.
    """
    spans = [_span(0, 10, 10), _span(10, 60, 70), _span(70, 90, 130)]
    assert _measure(client, spans, NOON + timedelta(minutes=2, seconds=20)) == [
        ("sales", 0, 10, 6.0, 10.0, 10.0),
        ("sales", 1, 50, 36.0, 58.0, 60.0),
    ]


def test_streams_do_not_mix(client: Client) -> None:
    """Two streams that took the same offsets have each their own time."""
    rows = _measure(client, [_span(0, 10, 10), _span(0, 10, 20, "landing")], NOON + timedelta(minutes=1))
    assert [(stream, p99) for stream, *_, p99 in rows] == [("landing", 20.0), ("sales", 10.0)]


def test_what_is_too_old_is_not_measured_again(client: Client) -> None:
    """Only the last minutes are."""
    assert _measure(client, [_span(0, 10, 10)], NOON + timedelta(minutes=5)) == []


def test_of_very_many_events_a_sample_is_measured(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second offset of twice as many as a sample has; the number of events is that of all."""
    monkeypatch.setattr(stream_latency, "SAMPLE", 5)
    (row,) = _measure(client, [_span(0, 10, 10)], NOON + timedelta(minutes=1))
    assert row[2:] == (10, 6.0, 10.0, 10.0)  # those that waited 10, 8, 6, 4 and 2 s


def test_a_glance_at_the_streams(client: Client) -> None:
    """Lag of the last look over all partitions, the last minute's rate, the last percentile."""
    now = datetime.now(UTC)
    look = {"stream": "sales", "topic": SALES, "reached_offset": 0, "end_offset": 0}
    write_rows(
        client,
        STREAM_LAG,
        [
            look | {"partition": 0, "lag": 50, "seen_at": now - timedelta(seconds=20)},
            look | {"partition": 0, "lag": 3, "seen_at": now - timedelta(seconds=10)},
            look | {"partition": 1, "lag": 4, "seen_at": now - timedelta(seconds=10)},
        ],
    )
    batch = {"stream": "sales", "run_id": "r"}
    write_rows(
        client,
        STREAM_PROGRESS,
        [
            batch | {"batch_id": 1, "input_rows": 60, "finished_at": now - timedelta(seconds=5)},
            batch | {"batch_id": 2, "input_rows": 600, "finished_at": now - timedelta(seconds=300)},
        ],
    )
    (state,) = stream_states(client)
    assert state._replace(seconds_silent=0) == StreamState("sales", 7, 1.0, 0, None)
    assert 10 <= state.seconds_silent < 60
