"""What a landing run does, batch by batch: told while it runs, kept in `monitoring`, summed up at the end."""

import json
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clickhouse_connect.driver.client import Client
from pyspark.sql.streaming import StreamingQuery

from contracts.tables import RAW_TABLES
from spark_jobs.kafka_log import Bounds
from warehouse.landed import quarantined_count
from warehouse.landing_progress import Progress, record

QUIET_S = 5  # between two lines where nobody looks


@dataclass(frozen=True)
class LandingSummary:
    """What one run landed."""

    events: dict[str, int]
    quarantined: int
    seconds: float

    def __str__(self) -> str:
        total = sum(self.events.values())
        parts = ", ".join(f"{topic} {count:,}" for topic, count in self.events.items())
        rate = f"{total / self.seconds:,.0f} events/s with start" if self.seconds else ""
        return (
            f"Landed {total:,} events ({parts}), {self.quarantined:,} in quarantine, in {self.seconds:.1f} s, {rate}."
        )


@dataclass
class Watch:
    """Follows one query."""

    run: str
    client: Client
    held: Bounds
    started: float = field(default_factory=time.monotonic)
    _seen: int = -1
    _told: float = 0.0
    _read: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)

    def look(self, query: StreamingQuery) -> None:
        """Take in the batches that ended since the last look."""
        last = query.lastProgress
        if last and last["batchId"] > self._seen:
            for progress in query.recentProgress:
                if progress["batchId"] > self._seen and progress["numInputRows"]:
                    self._take_in(progress)
            self._seen = max(self._seen, last["batchId"])
            self._tell(last)

    def summary(self) -> LandingSummary:
        """Events per topic and quarantine of everything this run read."""
        events = dict.fromkeys(RAW_TABLES, 0)
        for (topic, _), (first, end) in self._read.items():
            events[topic] += end - first
        quarantined = sum(quarantined_count(self.client, *where, *span) for where, span in self._read.items())
        return LandingSummary(events, quarantined, time.monotonic() - self.started)

    def _take_in(self, progress: dict[str, Any]) -> None:
        rows = [row for source in progress["sources"] for row in self._rows(progress, source)]
        for row in rows:
            first, _ = self._read.get((row.topic, row.partition), (row.from_offset, 0))
            self._read[row.topic, row.partition] = (first, row.to_offset)
        record(self.client, rows)

    def _rows(self, progress: dict[str, Any], source: dict[str, Any]) -> list[Progress]:
        start, end = _offsets(source["startOffset"]), _offsets(source["endOffset"])
        seconds = progress["durationMs"].get("triggerExecution", 0) / 1000
        finished = datetime.fromisoformat(progress["timestamp"]) + timedelta(seconds=seconds)
        rows = [
            Progress(
                run=self.run,
                batch_id=progress["batchId"],
                topic=topic,
                partition=int(number),
                from_offset=start.get(topic, {}).get(number, self.held[topic].get(int(number), (0, 0))[0]),
                to_offset=to_offset,
                seconds=seconds,
                finished_at=finished,
            )
            for topic, partitions in end.items()
            for number, to_offset in partitions.items()
        ]
        return [row for row in rows if row.to_offset > row.from_offset]

    def _tell(self, last: dict[str, Any]) -> None:
        now = time.monotonic()
        if not last["numInputRows"] or now - self._told < (0 if sys.stderr.isatty() else QUIET_S):
            return
        self._told = now
        landed = sum(end - first for first, end in self._read.values())
        left = sum(
            end - self._reached(topic, number) for topic, held in self.held.items() for number, (_, end) in held.items()
        )
        rate = last["processedRowsPerSecond"]
        sys.stderr.write(f"landed {landed:,} events, {max(left, 0):,} to go, {rate:,.0f} events/s\n")

    def _reached(self, topic: str, number: int) -> int:
        first, _ = self.held[topic][number]
        return self._read.get((topic, number), (0, first))[1]


def _offsets(text: str | dict[str, Any] | None) -> dict[str, dict[str, int]]:
    return (json.loads(text) if isinstance(text, str) else text) or {}
