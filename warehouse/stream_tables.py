"""What streams say of themselves: tables of `monitoring` that their host writes, kept for a month."""

from contracts.tables import STREAM_LAG, STREAM_LATENCY, STREAM_OFFSETS, STREAM_PROGRESS
from warehouse.written_tables import WrittenTable

_WORD = "LowCardinality(String)"
_INSTANT = "DateTime64(3, 'UTC')"


def _for_a_month(column: str) -> str:
    return f"toDateTime({column}) + INTERVAL 31 DAY"


STREAM_TABLES: dict[str, WrittenTable] = {
    # One row per stream and micro-batch. A stream that has nothing to do says so under the number of its next batch.
    STREAM_PROGRESS: WrittenTable(
        {
            "stream": _WORD,
            "run_id": "String",  # of the query: another one after each start
            "batch_id": "Int64",
            "input_rows": "Int64",
            "input_rows_per_second": "Float64",  # as they came since the trigger before
            "processed_rows_per_second": "Float64",
            "batch_seconds": "Float64",  # the whole trigger
            "reading_seconds": "Float64",  # asking Kafka for its last offsets, cutting the batch
            "planning_seconds": "Float64",
            "writing_seconds": "Float64",  # running the batch: read, transform, write
            "committing_seconds": "Float64",  # Spark's own logs
            "watermark_at": f"Nullable({_INSTANT})",
            "state_rows": "Int64",
            "state_bytes": "Int64",
            "late_rows_dropped": "Int64",  # by Spark, as older than the watermark
            "finished_at": _INSTANT,
        },
        ("stream", "run_id", "batch_id"),
        "finished_at",
        kept_until=_for_a_month("finished_at"),
    ),
    # One row per stream, micro-batch and Kafka partition that the batch took something of.
    STREAM_OFFSETS: WrittenTable(
        {
            "stream": _WORD,
            "run_id": "String",
            "batch_id": "Int64",
            "topic": _WORD,
            "partition": "Int32",
            "from_offset": "Int64",
            "to_offset": "Int64",  # the first one after the batch
            "finished_at": _INSTANT,
        },
        ("stream", "topic", "partition", "from_offset", "run_id", "batch_id"),
        "finished_at",
        kept_until=_for_a_month("finished_at"),
    ),
    # One row per stream, Kafka partition and look at it.
    STREAM_LAG: WrittenTable(
        {
            "stream": _WORD,
            "topic": _WORD,
            "partition": "Int32",
            "reached_offset": "Int64",  # the first one that the stream has not taken
            "end_offset": "Int64",  # the first one that Kafka does not have
            "lag": "Int64",
            "seen_at": _INSTANT,
        },
        ("stream", "topic", "partition", "seen_at"),
        "seen_at",
        kept_until=_for_a_month("seen_at"),
    ),
    # One row per minute, stream and topic: from Kafka's append time to the end of the batch that took the event, when
    # everything the batch wrote could be read. A minute measured again over more events replaces itself.
    STREAM_LATENCY: WrittenTable(
        {
            "stream": _WORD,
            "topic": _WORD,
            "minute_at": _INSTANT,  # of the batches' ends
            "events": "Int64",
            "p50_seconds": "Float64",
            "p95_seconds": "Float64",
            "p99_seconds": "Float64",
            "measured_at": _INSTANT,
        },
        ("stream", "topic", "minute_at"),
        "events",
        kept_until=_for_a_month("minute_at"),
    ),
}
