"""A log of events as it would have landed: partitions, offsets and arrival times by hand, straight into raw."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clickhouse_connect.driver.client import Client

from contracts.events import Event
from contracts.tables import RAW_TABLES

FIRST_ARRIVAL = datetime(2026, 3, 1, tzinfo=UTC)
COLUMNS = ["_topic", "_partition", "_offset", "_kafka_timestamp", "payload"]


@dataclass(frozen=True)
class Message:
    """One message in its place."""

    topic: str
    partition: int
    offset: int
    arrived_at: datetime
    payload: bytes

    @property
    def arrival(self) -> tuple[datetime, str, int, int]:
        """The order of arrival, total."""
        return self.arrived_at, self.topic, self.partition, self.offset


class RawLog:
    """Gives messages the next offset of their partition, a second after the one before."""

    def __init__(self, partitions: int = 2) -> None:
        self._partitions = partitions
        self._offsets: dict[tuple[str, int], int] = defaultdict(int)
        self._clock = FIRST_ARRIVAL

    def append(self, event: Event, **places: object) -> Message:
        """The event as the newest message of the partition that its key names."""
        return self.append_payload(event.topic, event.json_bytes(), event.key, **places)

    def append_payload(
        self, topic: str, payload: bytes, key: str = "", partition: int | None = None, seconds: float = 1
    ) -> Message:
        """Any bytes as the newest message, `seconds` after the one before."""
        if partition is None:
            partition = hashlib.sha256(key.encode()).digest()[0] % self._partitions
        self._clock += timedelta(seconds=seconds)
        offset = self._offsets[topic, partition]
        self._offsets[topic, partition] += 1
        return Message(topic, partition, offset, self._clock, payload)


def land(client: Client, messages: Iterable[Message]) -> None:
    """Insert the messages into the raw tables of their topics."""
    rows: dict[str, list[list[object]]] = defaultdict(list)
    for message in messages:
        rows[message.topic].append(
            [message.topic, message.partition, message.offset, message.arrived_at, message.payload]
        )
    for topic, of_topic in rows.items():
        client.insert(RAW_TABLES[topic], of_topic, column_names=COLUMNS)


def empty_raw(client: Client) -> None:
    """Take every message out of the raw tables."""
    for table in RAW_TABLES.values():
        client.command(f"TRUNCATE TABLE {table}")
