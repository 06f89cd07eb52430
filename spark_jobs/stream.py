"""Streaming queries that one Spark session hosts: how they begin, are looked after, and end between two batches."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from py4j.protocol import Py4JError
from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQuery

from contracts.problems import Problem

STOP_DEADLINE_S = 60
_LOOK_EVERY_S = 1

Queries = Mapping[str, StreamingQuery]


class Stream(Protocol):
    """One streaming query with what it needs around it. Making one may raise Problem, before Spark is started."""

    name: str  # of the query, its checkpoint and its rows in `monitoring`

    def start(self, spark: SparkSession, once: bool) -> StreamingQuery:
        """Begin, or go on from the checkpoint; `once` ends when what Kafka holds now is worked off."""
        ...

    def look(self, query: StreamingQuery) -> StreamingQuery:
        """Called about once a second; gives the query that runs now, which may be another one than before."""
        ...

    def close(self) -> None:
        """Called when no query runs any more, whatever the reason, also where `start` was never reached."""
        ...


def follow(
    spark: SparkSession,
    streams: Sequence[Stream],
    once: bool,
    stop: threading.Event,
    observe: Callable[[Queries], None] = lambda _queries: None,
) -> None:
    """Run the streams until they end (`once`) or `stop` is set; `observe` sees the queries about once a second.

    Raises what broke the first one that broke, with the stream's name as a note; the others end between two batches.
    """
    queries: dict[str, StreamingQuery] = {}
    try:
        for stream in streams:
            queries[stream.name] = _start(stream, spark, once)
        while not stop.is_set() and any(query.isActive for query in queries.values()):
            _look_at_all(spark, streams, queries, observe, once)
            stop.wait(_LOOK_EVERY_S)
        stop_between_batches(*queries.values())
        _look_at_all(spark, streams, queries, observe, once=True)
    finally:
        _end(streams, queries)


def _start(stream: Stream, spark: SparkSession, once: bool) -> StreamingQuery:
    return _named(stream, spark, lambda: stream.start(spark, once))


def _look_at_all(
    spark: SparkSession,
    streams: Sequence[Stream],
    queries: dict[str, StreamingQuery],
    observe: Callable[[Queries], None],
    once: bool,
) -> None:
    for stream in streams:
        before = queries[stream.name]
        queries[stream.name] = query = _named(stream, spark, lambda of=stream, at=before: of.look(at))
        if query.isActive:
            continue
        if broken := query.exception():
            broken.add_note(stream.name)
            raise broken
        if not once and query is before:
            raise Problem(f"The stream {stream.name} ended by itself.", "Look who stopped it, then start it again.")
    observe(queries)


def _named(stream: Stream, spark: SparkSession, step: Callable[[], StreamingQuery]) -> StreamingQuery:
    """What a step of the stream gives. A query it starts gets a pool of its own, an error the stream's name."""
    # The next free core goes to the pool that has the fewest, not to the oldest backlog.
    spark.sparkContext.setLocalProperty("spark.scheduler.pool", stream.name)
    try:
        return step()
    except Exception as error:
        error.add_note(stream.name)
        raise


def stop_between_batches(*queries: StreamingQuery) -> None:
    """Stop each query when the batch it is in is committed, or after a minute."""
    deadline = time.monotonic() + STOP_DEADLINE_S
    waiting = {query: _batch(query) for query in queries if query.isActive}
    while waiting and time.monotonic() < deadline:
        for query, batch in list(waiting.items()):
            if not query.isActive or not query.status["isTriggerActive"] or _batch(query) != batch:
                query.stop()
                del waiting[query]
        time.sleep(0.05)
    for query in waiting:
        query.stop()


def _batch(query: StreamingQuery) -> int:
    """The last batch that is committed; a query that is never idle is stopped when this number moves."""
    last = query.lastProgress
    return last["batchId"] if last else -1


def _end(streams: Sequence[Stream], queries: Queries) -> None:
    """Whatever broke, nothing writes any more when a stream is closed, and each one is."""
    try:
        with suppress(Py4JError):  # Spark itself is gone
            stop_between_batches(*queries.values())
    finally:
        for stream in streams:
            stream.close()
