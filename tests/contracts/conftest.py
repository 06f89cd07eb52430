"""The engine's verdict on messages."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from contracts.settings import Settings
from contracts.tables import RAW_TABLES
from warehouse.client import connect
from warehouse.raw_tables import raw_table

EngineVerdicts = Callable[[str, list[bytes]], list[str]]


@pytest.fixture(scope="session")
def engine_verdicts(running_stack: Settings) -> EngineVerdicts:
    """Gives `_error` of each payload, as a table made like the topic's raw table finds it."""
    client = connect(running_stack)
    places = {topic: f"batch.verdicts_{topic}" for topic in RAW_TABLES}
    for topic, place in places.items():
        client.command(raw_table(topic).replace(RAW_TABLES[topic], place))

    def verdicts(topic: str, payloads: list[bytes]) -> list[str]:
        count, place = len(payloads), places[topic]
        columns = {
            "_topic": [topic] * count,
            "_partition": pa.array([0] * count, pa.int32()),
            "_offset": range(count),
            "_kafka_timestamp": pa.array([0] * count, pa.timestamp("ms", "UTC")),
            "payload": pa.array(payloads, pa.binary()),
        }
        client.command(f"TRUNCATE TABLE {place}")
        client.insert_arrow(place, pa.table(columns))
        return [error for (error,) in client.query(f"SELECT _error FROM {place} ORDER BY _offset").result_rows]

    return verdicts
