"""Moves old partitions of the raw tables into Parquet files, each message readable at every instant, and once.

A partition is merged into one part and written; the file is read back and compared; the views take the file's rows in
place of raw's; only then is that part dropped. A message that lands meanwhile is in another part and stays.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from contracts.problems import Problem
from contracts.tables import RAW_TABLES
from warehouse.archive_tables import (
    ARCHIVED,
    MOVING,
    PLACE,
    RESTORED,
    ArchivedFile,
    archived_table,
    contract_of,
    file_bytes,
)
from warehouse.archived import record, spread, unfinished
from warehouse.raw_tables import COORDINATES, column_types

_WRITING = {
    "output_format_parquet_compression_method": "zstd",
    "engine_file_truncate_on_insert": 1,
    "s3_truncate_on_insert": 1,
    "optimize_on_insert": 0,
}


class RawPartition(NamedTuple):
    """A month of a raw table."""

    topic: str
    month: str  # as 202501
    rows: int = 0
    bytes: int = 0


class Content(NamedTuple):
    """Rows, with a checksum of what landed and one of all columns."""

    rows: int
    content: int
    columns: int


def old_partitions(client: Client, now: datetime, days: int) -> list[RawPartition]:
    """Months of arrival that ended more than `days` days before `now`, the oldest first."""
    end = now.astimezone(UTC) - timedelta(days=days)
    rows = client.query(
        "SELECT table, partition_id, sum(rows), sum(bytes_on_disk) FROM system.parts"
        " WHERE active AND database = 'raw' AND partition_id < {month:String}"
        " GROUP BY ALL ORDER BY partition_id, table",
        {"month": f"{end:%Y%m}"},
    ).result_rows
    topics = {table.split(".")[1]: topic for topic, table in RAW_TABLES.items()}
    return [RawPartition(topics[table], *of) for table, *of in rows if table in topics]


def archive_partition(client: Client, partition: RawPartition, store: str, cluster: str = "") -> ArchivedFile:
    """Move one partition to the store. Raises Problem, with every message still in raw."""
    part = _only_part(client, partition)
    one = _written(client, partition, part, store, cluster)
    record(client, one, cluster)
    client.command(f"ALTER TABLE {RAW_TABLES[one.topic]} DROP PART '{part}'")
    record(client, one.in_state(ARCHIVED), cluster)
    return one.in_state(ARCHIVED)


def finish_moves(client: Client, cluster: str = "") -> list[ArchivedFile]:
    """Bring to an end what was broken off: a file whose messages raw still holds goes. Raises Problem."""
    files = unfinished(client)
    for one in files:
        held = _held(client, one)
        if held == one.rows:
            forget(client, one, cluster)
        elif held == 0:
            record(client, one.in_state(ARCHIVED), cluster)
        else:
            half = f"Month {one.month} of {one.topic} is half restored."
            raise Problem(half, f"Run ./retail archive restore {one.month}.")
    return files


def forget(client: Client, one: ArchivedFile, cluster: str = "") -> None:
    """Take the file out of the views and delete it: raw holds its messages."""
    record(client, one.in_state(RESTORED), cluster)
    client.command(f"TRUNCATE TABLE {one.table}")  # an object in S3 is gone with this, of a file its bytes
    spread(client, f"DROP TABLE IF EXISTS {one.table} SYNC", cluster)
    if "://" not in one.store:
        (Path(one.store) / one.path).unlink(missing_ok=True)


def content_of(client: Client, topic: str, table: str, where: str = "true") -> Content:
    """Rows and checksums of a table with the columns of the topic's raw table."""
    landed, every = (", ".join(f"`{name}`" for name in names) for names in (COORDINATES, column_types(topic)))
    row = client.query(
        f"SELECT count(), sum(cityHash64(tuple({landed}))), sum(cityHash64(tuple({every}))) FROM {table} WHERE {where}"
    ).result_rows[0]
    return Content(*row)


def checksum_of(client: Client, one: ArchivedFile) -> int:
    """Of the file's bytes."""
    return int(client.command(f"SELECT sum(cityHash64(line)) FROM {file_bytes(one)}"))


def _only_part(client: Client, partition: RawPartition) -> str:
    table = RAW_TABLES[partition.topic]
    client.command(
        f"OPTIMIZE TABLE {table} PARTITION ID '{partition.month}' FINAL",
        settings={"optimize_skip_merged_partitions": 1},
    )
    parts = client.query(
        "SELECT name FROM system.parts WHERE active AND database = 'raw' AND table = {table:String}"
        " AND partition_id = {month:String}",
        {"table": table.split(".")[1], "month": partition.month},
    ).result_rows
    if len(parts) != 1:
        raise Problem(f"Messages of {partition.month} are landing in {table}.", "Archive it when they have.")
    return parts[0][0]


def _written(client: Client, partition: RawPartition, part: str, store: str, cluster: str) -> ArchivedFile:
    topic, table, of_part = partition.topic, RAW_TABLES[partition.topic], f"_part = '{part}'"
    there = content_of(client, topic, table, of_part)
    file = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    one = ArchivedFile(topic, partition.month, file, store, MOVING, *there[:2], bytes=0, contract=contract_of(topic))
    try:
        spread(client, archived_table(one), cluster)
        client.command(_insert(one, table, of_part), settings=_WRITING)
        if content_of(client, topic, one.table) != there:
            raise Problem(f"{one.path} does not hold what raw holds.", "Look at the store, then archive again.")
        return replace(one, bytes=checksum_of(client, one))
    except (Problem, DatabaseError):
        spread(client, f"DROP TABLE IF EXISTS {one.table} SYNC", cluster)
        raise


def _insert(one: ArchivedFile, table: str, where: str) -> str:
    columns = ", ".join(f"`{name}`" for name in column_types(one.topic))
    return f"INSERT INTO {one.table} ({columns}) SELECT {columns} FROM {table} WHERE {where} ORDER BY {PLACE}"


def _held(client: Client, one: ArchivedFile) -> int:
    """Messages of the file that raw holds too."""
    query = f"SELECT count() FROM {RAW_TABLES[one.topic]} WHERE ({PLACE}) IN (SELECT {PLACE} FROM {one.table})"
    return int(client.command(query))
