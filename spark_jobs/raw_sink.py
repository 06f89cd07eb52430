"""The streaming sink `clickhouse_raw`: a task hands one Kafka partition's messages to raw, each offset once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
from clickhouse_connect.driver.client import Client
from pyspark import TaskContext
from pyspark.sql.datasource import DataSource, DataSourceStreamArrowWriter, WriterCommitMessage
from pyspark.sql.types import StructType

from contracts.problems import Problem
from contracts.settings import Settings
from spark_jobs.arrow_insert import SCHEMA, Chunk, Chunks, insert
from spark_jobs.kafka_source import topic_and_partition
from spark_jobs.offsets import Partition
from warehouse.client import connect
from warehouse.doors import door, run_mark

_DIALLED = ("clickhouse_host", "clickhouse_port", "clickhouse_secure", "clickhouse_user", "clickhouse_password")


def sink_options(settings: Settings, run: str) -> dict[str, str]:
    """Options of the sink for a run whose doors are open."""
    environment = settings.environment()
    return {"run": run, **{name: environment[name.upper()] for name in _DIALLED}}


@dataclass(frozen=True)
class Landed(WriterCommitMessage):
    """What one task did with its partition."""

    rows: int = 0
    inserted: int = 0


class RawSink(DataSource):
    """Takes `lane, offset, timestamp, payload` as `spark_jobs.kafka_source` gives them."""

    @classmethod
    def name(cls) -> str:
        """The name in `writeStream.format`."""
        return "clickhouse_raw"

    def streamWriter(self, schema: StructType, overwrite: bool) -> "RawWriter":  # noqa: N802
        """The writer of one query."""
        return RawWriter(dict(self.options))


class RawWriter(DataSourceStreamArrowWriter):
    """Writes what raw lacks. Any failure fails the batch: a task is never tried again within a run."""

    def __init__(self, options: dict[str, str]) -> None:
        self._options = options

    def write(self, iterator: Iterator[pa.RecordBatch]) -> Landed:
        """Insert one Kafka partition's share of the batch; raw is asked before and after."""
        if TaskContext.get().attemptNumber():
            raise Problem("A landing task was started twice; its first attempt may still be writing.", "Land again.")
        batches = (batch for batch in iterator if batch.num_rows)
        first = next(batches, None)
        return _PartitionWriter(self._options, first).write(batches) if first else Landed()

    def commit(self, messages: list[WriterCommitMessage | None], batchId: int) -> None:  # noqa: N803
        """Nothing: what the tasks inserted is there."""

    def abort(self, messages: list[WriterCommitMessage | None], batchId: int) -> None:  # noqa: N803
        """Nothing: what the tasks inserted stays, and the next run finds it by its offsets."""


class _PartitionWriter:
    def __init__(self, options: dict[str, str], first: pa.RecordBatch) -> None:
        options = dict(options)
        self._run, self._client = options.pop("run"), _client(tuple(sorted(options.items())))
        self._lane = first.column("lane")[0].as_py()
        self._partition = Partition(self._client, *topic_and_partition(self._lane))
        self._first_batch, self._first = first, first.column("offset")[0].as_py()
        self._last, self._rows = self._first - 1, 0
        # Only this run writes, so what raw has beyond the first offset now is all it can have of it later.
        self._highest = self._partition.highest(self._first)

    def write(self, batches: Iterator[pa.RecordBatch]) -> Landed:
        inserted = sum(self._insert(chunk) for chunk in Chunks(self._missing(batches)))
        self._partition.check(self._first, self._last, self._rows)
        return Landed(self._rows, inserted)

    def _missing(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from self._of_raw(self._first_batch)
        for batch in batches:
            yield from self._of_raw(batch)

    def _of_raw(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """The batch as the door takes it, without the offsets raw has."""
        low = self._follow(batch)
        if low <= self._highest:
            batch = self._partition.missing(batch)
        if batch.num_rows:
            numbers = pa.repeat(pa.scalar(self._partition.number, pa.int32()), batch.num_rows)
            columns = [batch.column(name) for name in ("offset", "timestamp", "payload")]
            yield pa.RecordBatch.from_arrays([numbers, *columns], schema=SCHEMA)

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


@lru_cache(maxsize=1)
def _client(options: tuple[tuple[str, str], ...]) -> Client:
    """Workers are used again, batch after batch, and their connection with them."""
    return connect(Settings(_env_file=None, **dict(options)))
