"""What Spark says of a micro-batch becomes rows: of batches, of offsets and of lag."""

from datetime import UTC, datetime

from spark_jobs.batch_progress import Span, finished_at, has_run, reached, spans
from spark_jobs.stream_meter import lag_rows, offset_rows, progress_row

# As Spark 4.2 said it of a query with state, the figures changed by hand.
BATCH = {
    "id": "a70a5f6c-7a3d-4d0c-a8a6-1d6f4ab1a2f1",
    "runId": "0c9a1c1e-5f0b-4a62-8f5d-8c1c0c4b7a11",
    "name": "sales",
    "timestamp": "2026-11-23T02:03:37.125Z",
    "batchId": 7,
    "numInputRows": 46,
    "inputRowsPerSecond": 4.5,
    "processedRowsPerSecond": 9.25,
    "durationMs": {
        "addBatch": 1300,
        "commitBatch": 20,
        "commitOffsets": 100,
        "getBatch": 3,
        "latestOffset": 7,
        "queryPlanning": 70,
        "triggerExecution": 1875,
        "walCommit": 200,
    },
    "eventTime": {"watermark": "2026-11-25T10:00:00.000Z"},
    "stateOperators": [
        {"numRowsTotal": 10, "memoryUsedBytes": 1000, "numRowsDroppedByWatermark": 2},
        {"numRowsTotal": 5, "memoryUsedBytes": 500, "numRowsDroppedByWatermark": 1},
    ],
    "sources": [
        {
            "startOffset": {"sales_events": {"0": 100, "1": 200}},
            "endOffset": {"sales_events": {"0": 130, "1": 200}, "inventory_events": {"0": 16}},
        }
    ],
}
IDLE = BATCH | {
    "numInputRows": 0,
    "inputRowsPerSecond": 0.0,
    "processedRowsPerSecond": 0.0,
    "durationMs": {"latestOffset": 4, "triggerExecution": 5},
    "eventTime": {"watermark": "1970-01-01T00:00:00.000Z"},
    "stateOperators": [],
}


def test_what_a_batch_took() -> None:
    """From the start to the end of each partition; one that gave nothing is left out."""
    assert spans(BATCH, {("inventory_events", 0): 3}) == [
        Span("sales_events", 0, 100, 130),
        Span("inventory_events", 0, 3, 16),
    ]


def test_where_a_first_batch_began_is_not_guessed() -> None:
    """Spark gives a query's first batch no start: unless the caller knows it, the partition is left out."""
    assert spans(BATCH, {}) == [Span("sales_events", 0, 100, 130)]
    assert spans(BATCH | {"sources": [{"startOffset": None, "endOffset": {"t": {"0": 5}}}]}, {}) == []


def test_offsets_may_come_as_text_or_not_be_kafkas() -> None:
    """Spark writes offsets as JSON text or as an object; those of another source are no offsets of Kafka."""
    source = {"startOffset": '{"t":{"0":1}}', "endOffset": '{"t":{"0":4}}'}
    assert spans(BATCH | {"sources": [source]}, {}) == [Span("t", 0, 1, 4)]
    assert reached(BATCH | {"sources": [{"startOffset": 0, "endOffset": 9}, {"endOffset": {"x": 3}}]}) == {}


def test_a_sign_of_life_is_no_batch() -> None:
    """A trigger that found nothing has no part of running a batch."""
    assert (has_run(BATCH), has_run(IDLE)) == (True, False)


def test_a_batch_ends_when_its_trigger_has_run() -> None:
    """1,875 ms after the trigger fired."""
    assert finished_at(BATCH) == datetime(2026, 11, 23, 2, 3, 39, tzinfo=UTC)


def test_the_row_of_a_batch() -> None:
    """Milliseconds become seconds by step, operators are added up."""
    assert progress_row("sales", BATCH) == {
        "stream": "sales",
        "run_id": "0c9a1c1e-5f0b-4a62-8f5d-8c1c0c4b7a11",
        "batch_id": 7,
        "input_rows": 46,
        "input_rows_per_second": 4.5,
        "processed_rows_per_second": 9.25,
        "batch_seconds": 1.875,
        "reading_seconds": 0.01,
        "planning_seconds": 0.07,
        "writing_seconds": 1.3,
        "committing_seconds": 0.32,
        "watermark_at": datetime(2026, 11, 25, 10, tzinfo=UTC),
        "state_rows": 15,
        "state_bytes": 1500,
        "late_rows_dropped": 3,
        "finished_at": datetime(2026, 11, 23, 2, 3, 39, tzinfo=UTC),
    }


def test_a_watermark_of_1970_is_none() -> None:
    """Before the first event a query's watermark is the beginning of time."""
    row = progress_row("sales", IDLE)
    assert (row["watermark_at"], row["state_rows"], row["writing_seconds"]) == (None, 0, 0.0)


def test_the_rows_of_offsets() -> None:
    """Each span with its batch."""
    (row,) = offset_rows("sales", BATCH)
    assert (row["stream"], row["batch_id"], row["topic"], row["partition"]) == ("sales", 7, "sales_events", 0)
    assert (row["from_offset"], row["to_offset"]) == (100, 130)


def test_lag_is_what_kafka_has_more() -> None:
    """End minus reached, never below nothing; a partition whose end is not known is left out."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    rows = lag_rows("sales", {("t", 1): 5, ("t", 0): 10, ("t", 2): 1}, {("t", 0): 25, ("t", 1): 4}, now)
    assert [(row["partition"], row["reached_offset"], row["end_offset"], row["lag"]) for row in rows] == [
        (0, 10, 25, 15),
        (1, 5, 4, 0),
    ]
