"""Raw is asked which offsets it has, and whether what was sent is there."""

from collections.abc import Iterator
from uuid import uuid4

import pyarrow as pa
import pytest

from contracts.events import SALES
from contracts.problems import Problem
from contracts.settings import Settings
from contracts.tables import RAW_TABLES
from spark_jobs.offsets import NONE, Partition
from warehouse.client import connect

OURS = 7_778  # a partition that no other test writes


@pytest.fixture
def partition(running_stack: Settings) -> Iterator[Partition]:
    """A partition of which raw has the offsets 10, 11 and 13, arrived at 1970-01-01 00:00:05."""
    client, raw = connect(running_stack), RAW_TABLES[SALES]
    rows = ", ".join(f"('{SALES}', {OURS}, {offset}, 5, '')" for offset in (10, 11, 13))
    columns = "_topic, _partition, _offset, _kafka_timestamp, payload"
    # The same rows come for every test: the engine would take them for a repetition.
    client.command(f"INSERT INTO {raw} ({columns}) SETTINGS insert_deduplication_token = '{uuid4()}' VALUES {rows}")
    yield Partition(client, SALES, OURS)
    client.command(f"ALTER TABLE {raw} DELETE WHERE _partition = {OURS}", settings={"mutations_sync": 1})


def _batch(*offsets: int, second: int = 5) -> pa.RecordBatch:
    stamps = pa.array([second * 1_000_000] * len(offsets), pa.timestamp("us", "UTC"))
    return pa.RecordBatch.from_arrays([pa.array(offsets), stamps], ["offset", "timestamp"])


def test_only_what_raw_lacks_is_sent(partition: Partition) -> None:
    """Of offsets raw has in part, the others are left, in order."""
    assert partition.missing(_batch(9, 10, 11, 12, 13, 14)).column("offset").to_pylist() == [9, 12, 14]


def test_the_highest_offset_from_one_on(partition: Partition) -> None:
    """Raw is asked how far it reaches; nothing beyond an offset is said as such."""
    assert (partition.highest(0), partition.highest(13), partition.highest(14)) == (13, 13, NONE)


def test_other_messages_at_the_same_offsets_stop_the_run(partition: Partition) -> None:
    """Where Kafka's arrival times are not raw's, the topic was made anew: nothing is taken for landed."""
    with pytest.raises(Problem, match="the topic was made anew"):
        partition.missing(_batch(10, 11, second=6))


@pytest.mark.parametrize(("first", "last", "rows"), [(10, 13, 4), (10, 13, 2), (0, 5, 1)])
def test_too_few_or_too_many_rows_stop_the_run(partition: Partition, first: int, last: int, rows: int) -> None:
    """A task ends well only if raw has exactly what it read."""
    with pytest.raises(Problem, match=rf"Raw has \d rows .* of {rows} in {first} to {last}"):
        partition.check(first, last, rows)


def test_a_doubled_offset_stops_the_run(partition: Partition) -> None:
    """As many rows as read are not enough if two of them are one offset."""
    raw = RAW_TABLES[SALES]
    partition.client.command(f"INSERT INTO {raw} (_topic, _partition, _offset) VALUES ('{SALES}', {OURS}, 13)")
    with pytest.raises(Problem, match="Raw has 4 rows for 3 offsets"):
        partition.check(10, 13, 4)


def test_what_was_read_and_is_there_is_fine(partition: Partition) -> None:
    """Gaps in the offsets (transactions leave some) are no fault."""
    partition.check(10, 13, 3)
