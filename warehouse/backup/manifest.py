"""What a backup holds, written beside it when it is complete: a backup without its manifest is none."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Scope = Literal["all", "raw-only"]


class TableRecord(BaseModel):
    """A table as it was: rows, bytes on disk, and the hash of every column of every row."""

    model_config = ConfigDict(frozen=True)

    name: str  # database.table
    rows: int
    stored_bytes: int
    content_hash: str


class OffsetRange(BaseModel):
    """What a raw table holds of a Kafka partition; `messages` fewer than the range is long tell of gaps in the log."""

    model_config = ConfigDict(frozen=True)

    topic: str
    partition: int
    first_offset: int
    next_offset: int  # the first one that is not in the backup
    messages: int


class Manifest(BaseModel):
    """One backup. `base` is the backup that an incremental one builds on, '' for a full one."""

    model_config = ConfigDict(frozen=True)

    name: str
    made_at: datetime  # UTC
    scope: Scope
    base: str
    engine_version: str
    seconds: float
    written_bytes: int  # of its own files, without its base's
    tables: list[TableRecord]
    views: list[str]
    offsets: list[OffsetRange]

    @property
    def stored_bytes(self) -> int:
        """Bytes that its tables take once they are restored."""
        return sum(table.stored_bytes for table in self.tables)


def new_name(now: datetime, base: str) -> str:
    """A name that sorts by time and says the kind."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{'incremental' if base else 'full'}"
