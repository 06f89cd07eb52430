"""Many messages at once: sales at an even pace, made by the engine from one event."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.events import INVENTORY, SALES, Receipt
from contracts.tables import RAW_TABLES
from tests.dbt_project.shop import moved, sale

NOW = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
_INSERT = """
    INSERT INTO {table} (_topic, _partition, _offset, _kafka_timestamp, _ingested_at, payload)
    WITH
        toDateTime64({{start:DateTime64(3, 'UTC')}}, 3, 'UTC') + toIntervalSecond(number * {{seconds:UInt32}}) AS at,
        at + toIntervalMinute({{delay:Int32}}) AS arrived
    SELECT
        '{topic}', {{partition:Int32}}, {{offset:Int64}} + number, arrived, arrived + toIntervalSecond(1),
        replaceAll(replaceAll(replaceAll({{payload:String}}, '@id', concat({{name:String}}, toString(number))),
            '@time', formatDateTime(at, '%FT%TZ')), '@day', toString(toDate(at)))
    FROM numbers({{count:UInt64}})
"""


class Messages:
    """Gives messages the next offset of their partition."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._offsets: dict[tuple[str, int], int] = defaultdict(int)

    def land(
        self, start: datetime, count: int, seconds: int = 72, delay: int = 1, topic: str = SALES, partition: int = 0,
        skip: int = 0, **fields: Any,
    ) -> None:  # fmt: skip
        """So many, some seconds apart, arriving `delay` minutes later; `skip` leaves offsets out, or repeats them."""
        first = self._offsets[topic, partition] + skip
        values = {
            "start": start, "seconds": seconds, "delay": delay, "partition": partition, "offset": first,
            "payload": _payload(topic, fields), "name": f"{fields.get('source', 'steady')}-{first}-", "count": count,
        }  # fmt: skip
        self._client.command(_INSERT.format(table=RAW_TABLES[topic], topic=topic), values)
        self._offsets[topic, partition] = max(first + count, self._offsets[topic, partition])


def _payload(topic: str, fields: dict[str, Any]) -> str:
    event = sale(source="steady") if topic == SALES else moved(Receipt, source="steady", unit_cost=3)
    dated = {"event_id": "@id", "event_time": "@time"} | ({"business_date": "@day"} if topic == SALES else {})
    return json.dumps(json.loads(event.json_bytes()) | dated | fields)


def land_history(messages: Messages) -> None:
    """Nine weeks of fifty sales and two receipts an hour from a steady source, up to NOW."""
    start = NOW.replace(minute=0) - timedelta(days=63)
    messages.land(start, 63 * 24 * 50)
    messages.land(start, 63 * 24 * 2, seconds=1800, topic=INVENTORY)
