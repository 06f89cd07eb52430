"""Insert Arrow batches over HTTP as they come: the engine parses the first while the next are read."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from clickhouse_connect.driver.client import Client

MAX_ROWS, MAX_BYTES = 262_144, 128 << 20  # of one insert: one block, so one part, in the engine
SCHEMA = pa.schema(
    [
        pa.field("_partition", pa.int32(), nullable=False),
        pa.field("_offset", pa.int64(), nullable=False),
        pa.field("_kafka_timestamp", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("payload", pa.binary(), nullable=False),
    ]
)
_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"


@dataclass
class Chunk:
    """A bounded run of batches, consumed once; what it held is known afterwards."""

    batches: Iterator[pa.RecordBatch]
    rows: int = 0

    def body(self) -> Iterator[bytes]:
        """The chunk as an Arrow IPC stream."""
        yield SCHEMA.serialize().to_pybytes()
        for batch in self.batches:
            self.rows += batch.num_rows
            yield memoryview(batch.serialize())
        yield _END_OF_STREAM


class Chunks:
    """Cuts a stream of batches into chunks of at most MAX_ROWS and MAX_BYTES (and one batch)."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._next = next(batches, None)

    def __iter__(self) -> Iterator[Chunk]:
        while self._next is not None:
            yield Chunk(self._take())

    def _take(self) -> Iterator[pa.RecordBatch]:
        rows = size = 0
        while self._next is not None and rows < MAX_ROWS and size < MAX_BYTES:
            batch, self._next = self._next, next(self._batches, None)
            rows, size = rows + batch.num_rows, size + batch.nbytes
            yield batch


def insert(client: Client, table: str, chunk: Chunk, token: str, mark: str) -> None:
    """One INSERT of the whole chunk; an error of the engine or the network is raised, never retried here."""
    client.raw_insert(
        table,
        SCHEMA.names,
        chunk.body(),
        fmt="ArrowStream",
        settings={
            "insert_deduplication_token": token,
            "deduplicate_blocks_in_dependent_materialized_views": 1,
            "log_comment": mark,
            "async_insert": 0,
            "max_insert_threads": 1,
            "min_insert_block_size_rows": MAX_ROWS,
            "min_insert_block_size_bytes": MAX_BYTES * 2,
        },
    )
