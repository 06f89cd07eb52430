"""Which offsets a backfill reads: from dates of arrival, or as somebody names them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from confluent_kafka import Consumer, TopicPartition

from contracts.problems import Problem
from contracts.tables import RAW_TABLES
from spark_jobs.batch_progress import Span
from spark_jobs.kafka_log import TIMEOUT_S, Bounds

_RANGE = re.compile(r"(\w+):(\d+):(\d+)-(\d+)")


def instant(text: str) -> datetime:
    """A date (its midnight, UTC) or an instant. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def end_of(text: str) -> datetime:
    """The instant that ends a range: of a date its last moment. Raises ValueError."""
    return instant(text) + (timedelta(days=1) if len(text) == len("2026-01-31") else timedelta())


def named_ranges(texts: Iterable[str], held: Bounds) -> list[Span]:
    """`topic:partition:first-last`, both included, as spans of what Kafka holds. Raises Problem."""
    return [_named(text, held) for text in texts]


def _named(text: str, held: Bounds) -> Span:
    found = _RANGE.fullmatch(text)
    if not found or found[1] not in RAW_TABLES:
        raise Problem(f"{text!r} is no range of offsets.", f"Say TOPIC:PARTITION:FIRST-LAST; {', '.join(RAW_TABLES)}.")
    topic, number, first, last = found[1], int(found[2]), int(found[3]), int(found[4])
    if number not in held[topic]:
        raise Problem(f"{topic} has no partition {number}.", f"It has 0 to {max(held[topic])}.")
    low, end = held[topic][number]
    if first < low or last >= end or first > last:
        raise Problem(f"{text}: of that partition Kafka holds the offsets {low} to {end - 1}.")
    return Span(topic, number, first, last + 1)


def dated_ranges(consumer: Consumer, since: datetime | None, until: datetime | None, held: Bounds) -> list[Span]:
    """What arrived in Kafka from `since` on, before `until` (None: without bound). Raises KafkaException."""
    firsts, ends = (_offsets_at(consumer, moment, held) for moment in (since, until))
    spans = []
    for topic, partitions in held.items():
        for number, (low, end) in partitions.items():
            first = low if since is None else firsts.get((topic, number), end)
            last = end if until is None else ends.get((topic, number), end)
            if first < last:
                spans.append(Span(topic, number, first, last))
    return spans


def _offsets_at(consumer: Consumer, moment: datetime | None, held: Bounds) -> dict[tuple[str, int], int]:
    """The first offset that arrived at `moment` or later; a partition that has none is left out."""
    if moment is None:
        return {}
    milliseconds = int(moment.timestamp() * 1000)
    asked = [TopicPartition(topic, number, milliseconds) for topic, held_of in held.items() for number in held_of]
    found = consumer.offsets_for_times(asked, timeout=TIMEOUT_S)
    return {(place.topic, place.partition): place.offset for place in found if place.offset >= 0}
