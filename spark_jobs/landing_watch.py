"""What a landing run does, batch by batch: told while it runs, summed up at the end."""

import sys
import time
from dataclasses import dataclass, field

from clickhouse_connect.driver.client import Client
from pyspark.sql.streaming import StreamingQuery

from contracts.tables import RAW_TABLES
from spark_jobs.batch_progress import Offsets, Progress, has_run, news, reached, spans
from spark_jobs.kafka_log import Bounds
from warehouse.landed import quarantined_count

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
    """Follows one query. `held` is what Kafka held when it began."""

    client: Client
    held: Bounds
    started: float = field(default_factory=time.monotonic)
    _seen: str = ""
    _told: float = 0.0
    _read: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)

    def look(self, query: StreamingQuery) -> None:
        """Take in the batches that ended since the last look."""
        for progress in news(query, self._seen):
            self._seen = progress["timestamp"]
            if has_run(progress):
                self._take_in(progress)
                self._tell(progress)

    def summary(self) -> LandingSummary:
        """Events per topic and quarantine of everything this run read."""
        events = dict.fromkeys(RAW_TABLES, 0)
        for (topic, _), (first, end) in self._read.items():
            events[topic] += end - first
        quarantined = sum(quarantined_count(self.client, *where, *span) for where, span in self._read.items())
        return LandingSummary(events, quarantined, time.monotonic() - self.started)

    @property
    def beginning(self) -> Offsets:
        """The first offset that Kafka held of each partition."""
        return {(topic, number): first for topic, held in self.held.items() for number, (first, _) in held.items()}

    def _take_in(self, progress: Progress) -> None:
        for topic, number, start, end in spans(progress, self.beginning):
            first, _ = self._read.get((topic, number), (start, 0))
            self._read[topic, number] = (first, end)

    def _tell(self, progress: Progress) -> None:
        now = time.monotonic()
        if not progress["numInputRows"] or now - self._told < (0 if sys.stderr.isatty() else QUIET_S):
            return
        self._told = now
        landed = sum(end - first for first, end in self._read.values())
        left = events_left(self.held, reached(progress))
        rate = progress["processedRowsPerSecond"]
        sys.stderr.write(f"landed {landed:,} events, {left:,} to go, {rate:,.0f} events/s\n")


def events_left(held: Bounds, at: Offsets) -> int:
    """Of what Kafka held at the beginning, the events that are still to come."""
    return sum(
        max(0, end - at.get((topic, number), first))
        for topic, partitions in held.items()
        for number, (first, end) in partitions.items()
    )
