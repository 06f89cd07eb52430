"""What Spark says of a micro-batch, as plain values."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pyspark.sql.streaming import StreamingQuery

Progress = Mapping[str, Any]
Offsets = dict[tuple[str, int], int]


class Span(NamedTuple):
    """What a batch took of one partition: from this offset to before that one."""

    topic: str
    partition: int
    from_offset: int
    to_offset: int


def news(query: StreamingQuery, after: str) -> list[Progress]:
    """What the query has said since `after`, the timestamp of what was last taken in ('' at the beginning)."""
    last = query.lastProgress
    if not last or last["timestamp"] <= after:
        return []
    return [progress for progress in query.recentProgress if progress["timestamp"] > after]


def has_run(progress: Progress) -> bool:
    """Whether a batch was run; Spark also reports when there was nothing to do."""
    return "addBatch" in progress["durationMs"]


def began_at(progress: Progress) -> datetime:
    """When the trigger fired."""
    return datetime.fromisoformat(progress["timestamp"])


def finished_at(progress: Progress) -> datetime:
    """When the batch was committed: what it wrote was there before."""
    return began_at(progress) + timedelta(milliseconds=progress["durationMs"].get("triggerExecution", 0))


def reached(progress: Progress) -> Offsets:
    """The first offset after the batch, by topic and partition."""
    return {place: end for source in progress["sources"] for place, end in _offsets(source["endOffset"]).items()}


def spans(progress: Progress, beginning: Offsets) -> list[Span]:
    """What the batch took. Spark does not say where a query's very first batch began; `beginning` does."""
    starts = {place: at for source in progress["sources"] for place, at in _offsets(source["startOffset"]).items()}
    ends = reached(progress)
    found = [Span(*place, starts.get(place, beginning.get(place, end)), end) for place, end in ends.items()]
    return [span for span in found if span.to_offset > span.from_offset]


def _offsets(text: Any) -> Offsets:
    said = json.loads(text) if isinstance(text, str) else text
    if not isinstance(said, Mapping):  # nothing, or a source other than Kafka, whose offsets have another form
        return {}
    return {
        (topic, int(number)): int(offset)
        for topic, partitions in said.items()
        if isinstance(partitions, Mapping)
        for number, offset in partitions.items()
    }
