"""Where a live job begins: the first instant it serves, the offsets it reads from, and the name of its computation.

Written down beside the checkpoint at the first start, and read there ever after. Where the checkpoint is lost, a new
computation begins.
"""

import json
import secrets
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from clickhouse_connect.driver.client import Client

from contracts.settings import Settings
from contracts.tables import WITH_ARCHIVE
from spark_jobs.kafka_log import bounds

SERVED_MINUTES = 48 * 60
EDGE_STEP_MINUTES = 5  # the edge is one of every window
_FILE = "began.json"


@dataclass(frozen=True)
class Beginning:
    """`edge` is a minute since 1970; `starting` offsets as Spark's Kafka source takes them, or `earliest`."""

    computation: str
    edge: int
    starting: str


def beginning(client: Client, settings: Settings, checkpoint: Path, topic: str) -> Beginning:
    """How the job of this checkpoint began; of a new or a damaged checkpoint, how it begins now. Raises Problem."""
    file = checkpoint / _FILE
    if file.exists() and any((checkpoint / "offsets").glob("[0-9]*")):
        return Beginning(**json.loads(file.read_text()))
    shutil.rmtree(checkpoint, ignore_errors=True)
    checkpoint.mkdir(parents=True)
    edge = first_minute(client)
    found = Beginning(_new_name(), edge, json.dumps({topic: _offsets(client, settings, topic, edge)}))
    file.write_text(json.dumps(asdict(found)))
    return found


def first_minute(client: Client) -> int:
    """48 hours before the latest valid event of any source, on a window's edge; 0 where there is none."""
    latest = " UNION ALL ".join(
        f"SELECT toUnixTimestamp64Milli(max(event_time)) AS at FROM {table} WHERE _error = ''"  # noqa: S608
        for table in WITH_ARCHIVE.values()
    )
    minute = int(client.command(f"SELECT max(at) FROM ({latest})")) // 60_000 - SERVED_MINUTES  # noqa: S608
    return max(0, minute // EDGE_STEP_MINUTES * EDGE_STEP_MINUTES)


def _offsets(client: Client, settings: Settings, topic: str, edge: int) -> dict[str, int]:
    """Per partition the first offset of an event to be served, else the end of what raw has: none is passed over."""
    served = f"_error = '' AND event_time >= fromUnixTimestamp64Milli({edge * 60_000})"
    rows = client.query(
        f"SELECT _partition, minOrNullIf(_offset, {served}), max(_offset) + 1"  # noqa: S608
        f" FROM {WITH_ARCHIVE[topic]} GROUP BY _partition"
    ).result_rows
    landed = {partition: end if first is None else first for partition, first, end in rows}
    return {str(number): landed.get(number, first) for number, (first, _) in bounds(settings)[topic].items()}


def _new_name() -> str:
    """Sorts by time and is nobody else's."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}{secrets.token_hex(3)}"
