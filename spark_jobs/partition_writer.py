"""Hands one Kafka partition's messages to raw, each offset once."""

from collections.abc import Iterator

import pyarrow as pa
from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from spark_jobs.arrow_insert import SCHEMA, Chunk, Chunks, insert
from spark_jobs.kafka_source import topic_and_partition
from spark_jobs.offsets import Partition
from warehouse.doors import door, run_mark
from warehouse.erasure_list import ErasureList


class PartitionWriter:
    """Takes one partition's messages, as `spark_jobs.kafka_source` gives them, in offset order; only once.

    It is the only writer of its partition: its run's doors are open and the only ones.
    """

    def __init__(self, client: Client, run: str, first: pa.RecordBatch, erased: ErasureList) -> None:
        self._client, self._run, self._erased = client, run, erased
        self._lane = first.column("lane")[0].as_py()
        self._partition = Partition(self._client, *topic_and_partition(self._lane))
        self._first_batch, self._first = first, first.column("offset")[0].as_py()
        self._last, self._rows = self._first - 1, 0
        # Only this run writes, so what raw has beyond the first offset now is all it can have of it later.
        self._highest = self._partition.highest(self._first)

    def write(self, batches: Iterator[pa.RecordBatch]) -> tuple[int, int]:
        """Insert what raw lacks of the first batch and these. Gives rows read, rows inserted; raises Problem."""
        inserted = sum(self._insert(chunk) for chunk in Chunks(self._missing(batches)))
        self._partition.check(self._first, self._last, self._rows)
        return self._rows, inserted

    def _missing(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from self._of_raw(self._first_batch)
        for batch in batches:
            yield from self._of_raw(batch)

    def _of_raw(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """The batch as the door takes it, without the offsets raw has and without customers who were erased."""
        low = self._follow(batch)
        if low <= self._highest:
            batch = self._partition.missing(batch)
        if batch.num_rows:
            numbers = pa.repeat(pa.scalar(self._partition.number, pa.int32()), batch.num_rows)
            payloads = self._erased.free(batch.column("payload"))
            columns = [numbers, batch.column("offset"), batch.column("timestamp"), payloads]
            yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)

    def _follow(self, batch: pa.RecordBatch) -> int:
        """Count the batch in; its first offset. Raises Problem unless it follows the last one in the same partition."""
        lanes, offsets = batch.column("lane"), batch.column("offset")
        low, high = offsets[0].as_py(), offsets[-1].as_py()
        if not (lanes[0].as_py() == lanes[-1].as_py() == self._lane and self._last < low <= high):
            raise Problem(
                f"A task got more than {self._partition}, or got it out of order.", "Take minPartitions away."
            )
        self._last, self._rows = high, self._rows + batch.num_rows
        return low

    def _insert(self, chunk: Chunk) -> int:
        token = f"{self._run}/{self._partition.topic}/{self._partition.number}/{self._last}"
        insert(self._client, door(self._partition.topic, self._run), chunk, token, run_mark(self._run))
        return chunk.rows
