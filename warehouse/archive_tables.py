"""DDL of the archive: a table over each Parquet file, and for each topic a view of raw with what was archived.

A file holds the columns of the contract of its day. While that is the contract of today they are read as they are;
afterwards only what landed is, and the view reads all else out of the payload: slower, and never wrong.
docs/decisions/archive.md says why.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from contracts.fields import sql_literal
from contracts.problems import Problem
from contracts.tables import RAW, RAW_TABLES, WITH_ARCHIVE
from warehouse.raw_tables import COORDINATES, column_types, derived_columns, raw_table

PLACE = "_topic, _partition, _offset"
MOVING, ARCHIVED, RESTORED = "moving", "archived", "restored"
_OBJECT_STORAGE = re.compile(r"s3://([A-Za-z0-9_]+)(?:/([\w./=-]*))?")


@dataclass(frozen=True)
class ArchivedFile:
    """A partition of a raw table in a file. `content` is a checksum of what landed, `bytes` one of the file."""

    topic: str
    month: str  # of arrival, as 202501
    file: str  # the instant at which it was written, as 20260301T101500
    store: str  # a folder, or s3://COLLECTION/PREFIX
    state: str
    rows: int
    content: int
    bytes: int
    contract: str  # `contract_of` the topic when it was written
    changed_at: datetime | None = None

    @property
    def table(self) -> str:
        """The table over the file."""
        return f"{RAW}.archived_{self.topic}_{self.month}_{self.file}"

    @property
    def path(self) -> str:
        """Where it is below the store."""
        return f"topic={self.topic}/month={self.month}/{self.file}.parquet"

    def in_state(self, state: str) -> "ArchivedFile":
        """The same file, gone on."""
        return replace(self, state=state)


def contract_of(topic: str) -> str:
    """Names the columns and rules of the topic's raw table."""
    return hashlib.sha256(raw_table(topic).encode()).hexdigest()[:16]


def archived_table(one: ArchivedFile) -> str:
    """CREATE TABLE over the file. Raises Problem where the store's name is none."""
    columns = ",\n".join(f"    `{name}` {kind}" for name, kind in file_columns(one).items())
    kind, where = _where(one)
    engine = f"S3({where}, format = 'Parquet')" if kind == "S3" else f"File(Parquet, {where})"
    return f"CREATE TABLE IF NOT EXISTS {one.table}\n(\n{columns}\n)\nENGINE = {engine}"


def file_columns(one: ArchivedFile) -> dict[str, str]:
    """Type of every column that is read as the file holds it."""
    return column_types(one.topic) if one.contract == contract_of(one.topic) else COORDINATES


def file_bytes(one: ArchivedFile) -> str:
    """The bytes of the file as a table function: the column `line`."""
    kind, where = _where(one)
    return f"s3({where}, format = 'LineAsString')" if kind == "S3" else f"file({where}, 'LineAsString')"


def with_archive_view(topic: str, archived: Sequence[ArchivedFile] = ()) -> str:
    """CREATE VIEW of the topic's raw table and these files, each message once.

    Of a file that is moving, raw may hold all, some or none: the file speaks for its messages.
    """
    columns = ", ".join(f"`{name}`" for name in column_types(topic))
    live = f"SELECT {columns} FROM {RAW_TABLES[topic]}"
    if moving := [f"SELECT {PLACE} FROM {one.table}" for one in archived if one.state == MOVING]:
        live += f" WHERE ({PLACE}) NOT IN ({' UNION ALL '.join(moving)})"
    files = [f"SELECT {columns} FROM {rows_of(one)}" for one in archived]
    return f"CREATE OR REPLACE VIEW {WITH_ARCHIVE[topic]} AS\n" + "\nUNION ALL\n".join([live, *files])


def rows_of(one: ArchivedFile) -> str:
    """The file's messages with all columns of the contract of today, for a FROM."""
    if file_columns(one) != COORDINATES:
        return one.table
    read = ", ".join(
        f"CAST({value} AS {kind}) AS `{name}`" for name, (kind, value) in derived_columns(one.topic).items()
    )
    return f"(SELECT {', '.join(COORDINATES)}, {read} FROM {one.table})"


def _where(one: ArchivedFile) -> tuple[str, str]:
    """S3 or File, and the arguments that name the file. Raises Problem where the store's name is none."""
    if found := _OBJECT_STORAGE.fullmatch(one.store):
        folder = (found[2] or "").strip("/")
        return "S3", f"{found[1]}, filename = {sql_literal(f'{folder}/{one.path}'.lstrip('/'))}"
    if "://" in one.store or not Path(one.store).is_absolute():
        raise Problem(f"{one.store!r} is no place for an archive.", "Say a folder, or s3://COLLECTION/PREFIX.")
    return "File", sql_literal(f"{one.store}/{one.path}")
