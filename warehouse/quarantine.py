"""Reads `raw.quarantine`: the messages that broke a rule of the contract."""

from collections.abc import Sequence
from typing import NamedTuple

from clickhouse_connect.driver.client import Client

from contracts.tables import QUARANTINE, WITH_ARCHIVE


class Rejected(NamedTuple):
    """A message of the quarantine."""

    topic: str
    partition: int
    offset: int
    reason: str
    payload: str

    @property
    def place(self) -> str:
        """Where Kafka holds it."""
        return f"{self.topic}:{self.partition}:{self.offset}"


def reasons(client: Client, reason: str = "") -> list[tuple[str, str, int]]:
    """Topic, reason and number of messages, the most frequent first; `reason` is a part of the reason."""
    return [
        tuple(row)
        for row in client.query(
            f"SELECT _topic, _error, count() FROM {QUARANTINE} WHERE position(_error, {{reason:String}}) > 0"
            " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
            {"reason": reason},
        ).result_rows
    ]


def rejected(client: Client, reason: str, limit: int, place: str = "") -> list[Rejected]:
    """At most `limit` messages whose reason contains `reason`, the last to arrive first; only that at `place`."""
    at = "AND concat(_topic, ':', toString(_partition), ':', toString(_offset)) = {place:String}" if place else ""
    found = client.query_arrow(
        f"SELECT _topic, _partition, _offset, _error, payload FROM {QUARANTINE}"
        f" WHERE position(_error, {{reason:String}}) > 0 {at}"
        " ORDER BY _kafka_timestamp DESC, _topic, _partition, _offset DESC LIMIT {limit:UInt32}",
        {"reason": reason, "limit": limit, "place": place},
        use_strings=False,  # a payload may be no text
    )
    rows = zip(*(column.to_pylist() for column in found.columns), strict=True)
    return [Rejected(_text(topic), number, at, _text(why), _text(payload)) for topic, number, at, why, payload in rows]


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def valid_events(client: Client, topic: str, event_ids: Sequence[str]) -> set[tuple[str, str]]:
    """Source and id of the events with one of these ids that broke no rule."""
    query = f"SELECT DISTINCT source, event_id FROM {WITH_ARCHIVE[topic]}"
    where = " WHERE event_id IN {ids:Array(String)} AND _error = ''"
    return {(source, event_id) for source, event_id in client.query(query + where, {"ids": event_ids}).result_rows}
