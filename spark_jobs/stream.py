"""Streaming queries that one Spark session hosts: how they begin, are looked after, and end between two batches."""

import threading
import time
from collections.abc import Sequence
from typing import Protocol

from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQuery

STOP_DEADLINE_S = 60
_LOOK_EVERY_S = 1


class Stream(Protocol):
    """One streaming query with what it needs around it."""

    name: str  # of the query, its checkpoint and its rows in `monitoring`

    def start(self, spark: SparkSession, once: bool) -> StreamingQuery:
        """Begin, or go on from the checkpoint; `once` ends when what Kafka holds now is worked off."""
        ...

    def look(self, query: StreamingQuery) -> StreamingQuery:
        """Called about once a second; gives the query that runs now, which may be another one than before."""
        ...

    def close(self) -> None:
        """Called when the query has ended, whatever the reason."""
        ...


def follow(spark: SparkSession, streams: Sequence[Stream], once: bool, stop: threading.Event) -> None:
    """Run the streams until they end (`once`) or `stop` is set. Raises what broke the first one that broke."""
    queries: dict[str, StreamingQuery] = {}
    try:
        for stream in streams:
            queries[stream.name] = stream.start(spark, once)
        while not stop.is_set() and any(query.isActive for query in queries.values()):
            for stream in streams:
                queries[stream.name] = stream.look(queries[stream.name])
                _raise_if_broken(queries[stream.name])
            stop.wait(_LOOK_EVERY_S)
        for stream in streams:
            stop_between_batches(queries[stream.name])
            stream.look(queries[stream.name])
            _raise_if_broken(queries[stream.name])
    finally:
        for stream in streams:
            stream.close()


def _raise_if_broken(query: StreamingQuery) -> None:
    if not query.isActive and (broken := query.exception()):
        raise broken


def stop_between_batches(query: StreamingQuery) -> None:
    """Stop when the batch under way is committed, or after a minute."""
    deadline = time.monotonic() + STOP_DEADLINE_S
    while query.isActive and query.status["isTriggerActive"] and time.monotonic() < deadline:
        time.sleep(0.05)
    query.stop()
