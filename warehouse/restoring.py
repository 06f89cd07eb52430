"""Brings archived months back into the raw tables, and looks whether the files still hold what was written."""

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from contracts.problems import Problem
from contracts.tables import RAW_TABLES
from warehouse.archive_tables import MOVING, PLACE, ArchivedFile
from warehouse.archived import archived_files, record
from warehouse.archiving import checksum_of, content_of, forget
from warehouse.raw_tables import COORDINATES


def restore_month(client: Client, month: str, topic: str = "", cluster: str = "") -> list[ArchivedFile]:
    """Bring the month's files back, of one topic or of all; one that is back already is no error. Raises Problem."""
    files = [one for one in archived_files(client) if one.month == month and topic in ("", one.topic)]
    for one in files:
        check_file(client, one)
        record(client, one.in_state(MOVING), cluster)
        _bring_back(client, one)
        forget(client, one, cluster)
    return files


def check_file(client: Client, one: ArchivedFile) -> None:
    """Raises Problem unless the file holds what was written into it."""
    try:
        found = checksum_of(client, one)
    except DatabaseError as error:
        raise _damaged(one, str(error).partition("DB::Exception: ")[2][:200]) from error
    if found != one.bytes:
        raise _damaged(one, "it has other bytes than were written")


def _damaged(one: ArchivedFile, reason: str) -> Problem:
    what = f"{one.store}/{one.path} is damaged: {reason}."
    return Problem(what, "Bring the file back from a copy; nothing was changed.")


def _bring_back(client: Client, one: ArchivedFile) -> None:
    """What landed goes in again; the engine reads all else out of it, by the contract of today."""
    table, columns = RAW_TABLES[one.topic], ", ".join(f"`{name}`" for name in COORDINATES)
    of_month = f"toYYYYMM(_kafka_timestamp) = {int(one.month)}"
    missing = f"({PLACE}) NOT IN (SELECT {PLACE} FROM {table} WHERE {of_month})"
    # A replicated table may remember the blocks of an earlier restoration, and would take these for retries.
    client.command(
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {one.table} WHERE {missing} ORDER BY {PLACE}",
        settings={"insert_deduplicate": 0},
    )
    back = content_of(client, one.topic, table, f"{of_month} AND ({PLACE}) IN (SELECT {PLACE} FROM {one.table})")
    if back[:2] != (one.rows, one.content):
        raise Problem(f"Raw does not hold what {one.path} holds.", f"Run ./retail archive restore {one.month} again.")
