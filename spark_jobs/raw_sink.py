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
from spark_jobs.partition_writer import PartitionWriter
from warehouse.client import connect
from warehouse.erasure_list import ErasureList

_DIALLED = (
    *("clickhouse_host", "clickhouse_port", "clickhouse_secure", "clickhouse_ca"),
    *("clickhouse_user", "clickhouse_password", "retail_erasure_salt"),
)


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
        if first is None:
            return Landed()
        options = dict(self._options)
        run = options.pop("run")
        client, erased = _client(tuple(sorted(options.items())))
        return Landed(*PartitionWriter(client, run, first, erased).write(batches))

    def commit(self, messages: list[WriterCommitMessage | None], batchId: int) -> None:  # noqa: N803
        """Nothing: what the tasks inserted is there."""

    def abort(self, messages: list[WriterCommitMessage | None], batchId: int) -> None:  # noqa: N803
        """Nothing: what the tasks inserted stays, and the next run finds it by its offsets."""


@lru_cache(maxsize=1)
def _client(options: tuple[tuple[str, str], ...]) -> tuple[Client, ErasureList]:
    """Workers are used again, batch after batch, and their connection with them."""
    settings = Settings(_env_file=None, **dict(options))
    client = connect(settings)
    return client, ErasureList(client, settings.retail_erasure_salt.get_secret_value())
