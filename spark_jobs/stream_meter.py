"""Measures what a host's streams do: batches, lag and latency, into `monitoring` and for whoever asks over HTTP."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from confluent_kafka import KafkaException
from pyspark.sql.streaming import StreamingQuery

from contracts.settings import Settings
from contracts.tables import STREAM_LAG, STREAM_OFFSETS, STREAM_PROGRESS
from spark_jobs.batch_progress import Offsets, Progress, finished_at, has_run, news, reached, spans
from spark_jobs.kafka_log import Ends
from spark_jobs.metrics_endpoint import Gauges
from spark_jobs.stream import Queries
from warehouse.client import connect
from warehouse.stream_latency import Latency
from warehouse.stream_tables import STREAM_TABLES
from warehouse.written_rows import write_rows
from warehouse.written_tables import written_table

WRITE_EVERY_S, LAG_EVERY_S = 5, 10
Row = dict[str, Any]


@dataclass
class _Seen:
    """How far one stream's progress was taken in."""

    timestamp: str = ""
    reached: Offsets = field(default_factory=dict)


class Meter:
    """Looks at the queries of one host. What it cannot write it drops, and says so once: streams go on without it."""

    def __init__(self, client: Client, ends: Callable[[set[str]], Offsets], gauges: Gauges) -> None:
        self._client, self._ends, self.gauges = client, ends, gauges
        self._seen: dict[str, _Seen] = {}
        self._rows: dict[str, list[Row]] = {STREAM_PROGRESS: [], STREAM_OFFSETS: [], STREAM_LAG: []}
        self._latency = Latency()
        self._done: dict[str, float] = {}
        self._complained = False

    @classmethod
    def of(cls, settings: Settings) -> "Meter":
        """A meter that writes to the warehouse. Raises Problem."""
        client = connect(settings)
        for name, table in STREAM_TABLES.items():
            client.command(written_table(name, table))
        return cls(client, Ends(settings).of, Gauges())

    def observe(self, queries: Queries) -> None:
        """Take in what is new; write now and then."""
        for name, query in queries.items():
            self._take_in(name, query)
        if self._is_due("lag", LAG_EVERY_S):
            self._tolerating(self._look_at_lag)
        if self._is_due("write", WRITE_EVERY_S):
            self._tolerating(self._write)
        if self._is_due("latency", 60):
            self._tolerating(lambda: self._latency.measure(self._client, datetime.now(UTC)))

    def close(self) -> None:
        """Write what is left."""
        self._tolerating(self._look_at_lag)
        self._tolerating(self._write)

    def _is_due(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now - self._done.get(what, 0) < seconds:
            return False
        self._done[what] = now
        return True

    def _take_in(self, name: str, query: StreamingQuery) -> None:
        seen = self._seen.setdefault(name, _Seen())
        for progress in news(query, seen.timestamp):
            seen.timestamp = progress["timestamp"]
            seen.reached |= reached(progress)
            row = progress_row(name, progress)
            self._rows[STREAM_PROGRESS].append(row)
            self.gauges.take(name, row)
            if has_run(progress):
                offsets = offset_rows(name, progress)
                self._rows[STREAM_OFFSETS] += offsets
                self._latency.add(offsets)

    def _look_at_lag(self) -> None:
        topics = {topic for seen in self._seen.values() for topic, _ in seen.reached}
        if not topics:
            return
        ends, now = self._ends(topics), datetime.now(UTC)
        for name, seen in self._seen.items():
            rows = lag_rows(name, seen.reached, ends, now)
            self._rows[STREAM_LAG] += rows
            self.gauges.take_lag(name, rows)

    def _write(self) -> None:
        for table, rows in self._rows.items():
            waiting, rows[:] = list(rows), []
            write_rows(self._client, table, waiting)

    def _tolerating(self, step: Callable[[], None]) -> None:
        try:
            step()
        except (ClickHouseError, KafkaException) as error:
            if not self._complained:
                whose = (
                    "Kafka does not answer" if isinstance(error, KafkaException) else "ClickHouse does not take them"
                )
                sys.stderr.write(f"Figures about the streams are missing in `monitoring` for a while: {whose}.\n")
            self._complained = True


def progress_row(name: str, progress: Progress) -> Row:
    """The row of `monitoring.stream_progress`."""
    took = {step: milliseconds / 1000 for step, milliseconds in progress["durationMs"].items()}
    states = progress["stateOperators"]
    return {
        "stream": name,
        "run_id": str(progress["runId"]),
        "batch_id": progress["batchId"],
        "input_rows": progress["numInputRows"] or 0,
        "input_rows_per_second": progress["inputRowsPerSecond"] or 0.0,
        "processed_rows_per_second": progress["processedRowsPerSecond"] or 0.0,
        "batch_seconds": took.get("triggerExecution", 0.0),
        "reading_seconds": round(took.get("latestOffset", 0.0) + took.get("getBatch", 0.0), 3),
        "planning_seconds": took.get("queryPlanning", 0.0),
        "writing_seconds": took.get("addBatch", 0.0),
        "committing_seconds": round(
            sum(took.get(step, 0.0) for step in ("walCommit", "commitOffsets", "commitBatch")), 3
        ),
        "watermark_at": _watermark(progress["eventTime"]),
        "state_rows": sum(state["numRowsTotal"] for state in states),
        "state_bytes": sum(state["memoryUsedBytes"] for state in states),
        "late_rows_dropped": sum(state["numRowsDroppedByWatermark"] for state in states),
        "finished_at": finished_at(progress),
    }


def _watermark(event_time: Mapping[str, str]) -> datetime | None:
    instant = datetime.fromisoformat(event_time.get("watermark", "1970-01-01T00:00:00Z"))
    return instant if instant.timestamp() > 0 else None


def offset_rows(name: str, progress: Progress) -> list[Row]:
    """The rows of `monitoring.stream_offsets`."""
    batch = {"stream": name, "run_id": str(progress["runId"]), "batch_id": progress["batchId"]}
    return [{**batch, **span._asdict(), "finished_at": finished_at(progress)} for span in spans(progress, {})]


def lag_rows(name: str, reached: Offsets, ends: Offsets, seen_at: datetime) -> list[Row]:
    """The rows of `monitoring.stream_lag`."""
    return [
        {
            "stream": name,
            "topic": topic,
            "partition": number,
            "reached_offset": offset,
            "end_offset": ends[topic, number],
            "lag": max(ends[topic, number] - offset, 0),
            "seen_at": seen_at,
        }
        for (topic, number), offset in sorted(reached.items())
        if (topic, number) in ends
    ]
