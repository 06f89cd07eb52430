"""Which offsets of a partition the raw table already has, those that were archived included."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.tables import WITH_ARCHIVE

NONE = -1


@dataclass(frozen=True)
class Partition:
    """A Kafka partition as the raw tables see it."""

    client: Client
    topic: str
    number: int

    def __str__(self) -> str:
        return f"partition {self.number} of {self.topic}"

    def _where(self, offsets: str) -> str:
        lane = f"_topic = '{self.topic}' AND _partition = {self.number}"
        return f"FROM {WITH_ARCHIVE[self.topic]} WHERE {lane} AND {offsets}"

    def highest(self, first: int) -> int:
        """The highest offset from `first` on that raw has, `NONE` if it has none."""
        where = self._where(f"_offset >= {first}")
        return int(self.client.command(f"SELECT if(count() = 0, {NONE}, max(_offset)) {where}"))

    def count(self, first: int, last: int) -> int:
        """How many different offsets from `first` to `last` raw has."""
        return int(
            self.client.command(f"SELECT uniqExact(_offset) {self._where(f'_offset BETWEEN {first} AND {last}')}")
        )

    def missing(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows whose offsets raw lacks; `batch` has `offset` and `timestamp`. Raises Problem if they differ."""
        offsets = batch.column("offset")
        low, high = offsets[0].as_py(), offsets[-1].as_py()
        where = self._where(f"_offset BETWEEN {low} AND {high} ORDER BY _offset")
        there = self.client.query_arrow(f"SELECT _offset, _kafka_timestamp {where}")
        landed = pc.is_in(offsets, value_set=there.column("_offset").combine_chunks())
        self._check_identity(batch.filter(landed), there)
        return batch.filter(pc.invert(landed))

    def _check_identity(self, again: pa.RecordBatch, there: pa.Table) -> None:
        stamps = again.column("timestamp").cast(pa.timestamp("ms", "UTC"))
        if not stamps.equals(there.column("_kafka_timestamp").cast(pa.timestamp("ms", "UTC")).combine_chunks()):
            raise Problem(
                f"Raw has other messages than Kafka at the same offsets of {self}: the topic was made anew.",
                "Land into an empty warehouse, or bring the old topic back.",
            )

    def check(self, first: int, last: int, rows: int) -> None:
        """Raises Problem unless raw has exactly `rows` different offsets from `first` to `last`."""
        where = self._where(f"_offset BETWEEN {first} AND {last}")
        (found, different), *_ = self.client.query(f"SELECT count(), uniqExact(_offset) {where}").result_rows
        if not found == different == rows:
            raise Problem(
                f"Raw has {found} rows for {different} offsets of {rows} in {first} to {last} of {self}.",
                "Another run has taken over, or ClickHouse lost an insert: land again.",
            )
